"""Other runs' numbers: means over seeds, and nothing of another split or data set."""

from pathlib import Path

import pytest

from ccsi.errors import ArtifactError
from ccsi.reporting.bounds import load_bounds
from tests.reporting.toy_run import make_run

RECORD = make_run(tasks=2).evaluations[-1]
HEAD = "dataset,method,seed,task,accuracy\n"


def test_means_over_seeds_of_the_same_tasks(tmp_path: Path) -> None:
    rows = ["toy,joint,0,t1,1", "toy,joint,0,t2,0.8", "toy,joint,1,t1,0.5", "toy,joint,1,t2,0.6",
            "toy,finetune,0,t1,0.9", "other,finetune,0,t1,1"]  # fmt: skip
    (tmp_path / "bounds.csv").write_text(HEAD + "\n".join(rows) + "\n")
    (joint,) = load_bounds(tmp_path / "bounds.csv", RECORD)
    assert joint.label == "joint, mean of 2"
    assert joint.accuracy_after == {"t1": 0.75, "t2": 0.7}


def test_the_placeholder_holds_none(tmp_path: Path) -> None:
    (tmp_path / "none").write_text("")
    assert load_bounds(tmp_path / "none", RECORD) == []


@pytest.mark.parametrize("text", ["a,b\n1,2\n", HEAD + "toy,joint,0,t1,90\n"])
def test_unusable_files_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "bounds.csv").write_text(text)
    with pytest.raises(ArtifactError, match=r"bounds\.csv"):
        load_bounds(tmp_path / "bounds.csv", RECORD)
