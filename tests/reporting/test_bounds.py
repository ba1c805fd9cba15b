"""Other runs' numbers: means over seeds, and nothing of another split or data set."""

from pathlib import Path

import pytest

from ccsi.frame.errors import ArtifactError
from ccsi.reporting.bounds import load_bounds
from tests.reporting.toy_run import make_run

RECORD = make_run(tasks=2).evaluations[-1]
HEAD = "dataset,split,method,seed,task,classes,accuracy\n"


def test_means_over_seeds_of_the_same_tasks_on_the_same_images(tmp_path: Path) -> None:
    one, two = "t1,2", "t2,4"
    rows = [f"toy,test,joint,0,{one},1", f"toy,test,joint,0,{two},0.8",
            f"toy,test,joint,1,{one},0.5", f"toy,test,joint,1,{two},0.6",
            f"toy,test,finetune,0,{one},0.9",  # a task too few
            f"other,test,lwf,0,{one},1", f"other,test,lwf,0,{two},1",
            f"toy,val,lwf,0,{one},1", f"toy,val,lwf,0,{two},1",
            f"toy,test,ci,0,{one},1", "toy,test,ci,0,t2,9,1"]  # other classes  # fmt: skip
    (tmp_path / "bounds.csv").write_text(HEAD + "\n".join(rows) + "\n")
    (joint,) = load_bounds(tmp_path / "bounds.csv", RECORD)
    assert joint.label == "joint, mean of 2"
    assert joint.accuracy_after == {"t1": 0.75, "t2": 0.7}


def test_the_placeholder_holds_none(tmp_path: Path) -> None:
    (tmp_path / "none").write_text("")
    assert load_bounds(tmp_path / "none", RECORD) == []


@pytest.mark.parametrize("text", ["a,b\n1,2\n", HEAD + "toy,test,joint,0,t1,2,90\n"])
def test_unusable_files_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "bounds.csv").write_text(text)
    with pytest.raises(ArtifactError, match=r"bounds\.csv"):
        load_bounds(tmp_path / "bounds.csv", RECORD)
