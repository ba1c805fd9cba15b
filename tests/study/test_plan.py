"""A study's file, from its overrides to checked runs."""

from pathlib import Path

import pytest
import yaml

from ccsi.frame.errors import ParameterError
from ccsi.study.plan import READ_BY, expand, identity, names_of, plan
from tests.config.projects import REPOSITORY

CONF = REPOSITORY / "conf"


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    return file


def test_every_combination_is_a_run_with_a_name() -> None:
    grid = ["dataset=digits", "method=ccsi,joint", "seed=range(0,2)"]
    expanded = expand(grid, Path("x.yaml"))
    assert expanded[1] == ["dataset=digits", "method=ccsi", "seed=1"]
    assert names_of("x", expanded) == ["x-ccsi-s0", "x-ccsi-s1", "x-joint-s0", "x-joint-s1"]


def test_names_differ_even_where_git_knows_no_difference() -> None:
    names = names_of("x", [["split=[[0],[1]]"], ["split=[[0]]"], ["split=[[0],[1]]"]])
    assert len(set(names)) == 3
    assert all(name.startswith("x-split") for name in names)


def test_several_grids_in_one_file_and_equal_runs_once(tmp_path: Path) -> None:
    file = write(tmp_path, "- [method=ccsi, 'seed=0,1']\n- ['method=joint,ccsi', seed=0]\n")
    runs = plan(file, CONF)
    told = [(run.params["method"]["name"], run.params["seed"]) for run in runs]
    assert told == [("ccsi", 0), ("ccsi", 1), ("joint", 0)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- method=cssi", "did you mean ccsi"),
        ("- loss.margn=0,1", "did you mean loss.margin"),
        ("- loss.margin=0,-1", "loss.margin=-1"),
        ("- update.schedule=cosin", "did you mean cosine"),
        ("- [seed=0, 'seed=1']", "stands twice"),
        ("- method=glob(*)", "name the values"),
        ("method: ccsi", "must be a list"),
        ("- {method: ccsi}", "must be a list"),
        ("- [", "cannot read"),
    ],
)
def test_a_fault_anywhere_is_told_before_anything_runs(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(ParameterError) as caught:
        plan(write(tmp_path, text), CONF)
    assert told in str(caught.value)
    assert "mine.yaml" in str(caught.value)


def test_a_run_is_known_by_its_values_not_by_how_they_were_typed(tmp_path: Path) -> None:
    first, second = (plan(write(tmp_path, text), CONF)[0] for text in ("- seed=0", "- loss.ce=1.0"))
    assert identity(first.params) == identity(second.params)


def test_what_is_drawn_beside_a_run_makes_it_no_other(tmp_path: Path) -> None:
    texts = ("- seed=0", "- report.bounds=null", "- evaluate.split=val")
    plain, alone, other = (plan(write(tmp_path, text), CONF)[0] for text in texts)
    assert plain.params["summary"]["bounds"] != alone.params["summary"]["bounds"]
    assert identity(plain.params) == identity(alone.params)
    assert identity(plain.params) != identity(other.params)


@pytest.mark.parametrize(
    ("values", "with_it", "without"),
    [
        ("synthesis.jitter=1,2", "ccsi", "lucir"),
        ("update.momentum=0.5,0.8", "finetune", "slda"),
        ("exemplars.per_class=5,6", "lucir", "ccsi"),
        ("fit.ridge=0.1,0.2", "analytic", "joint"),
        ("statistics.projections=50,60", "analytic", "ccsi"),
    ],
)
def test_what_no_stage_of_a_run_reads_makes_it_no_other(
    tmp_path: Path, values: str, with_it: str, without: str
) -> None:
    grid = f"- [budget=demo, 'method={with_it},{without}', '{values}']\n"
    methods = [run.params["method"]["name"] for run in plan(write(tmp_path, grid), CONF)]
    assert methods == [with_it, with_it, without]


def test_a_section_that_is_said_to_be_one_kinds_alone_is_read_by_no_other_stage() -> None:
    """But `layout`, which checks the choices, and `summarize`, which describes them."""
    stages = yaml.safe_load((REPOSITORY / "dvc.yaml").read_text())["stages"]
    readers: dict[str, set[str]] = {section: set() for section in READ_BY}
    for name, stage in stages.items():
        if name in ("layout", "summarize"):
            continue
        for key in stage.get("do", stage).get("params", []):
            if (section := key.partition(".")[0]) in readers:
                readers[section].add(stage.get("foreach", name))
    assert readers == {section: {f"${{{kind}}}"} for section, kind in READ_BY.items()}
