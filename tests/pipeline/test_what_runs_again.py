"""After a change, `dvc repro` runs again exactly what the change concerns."""

from __future__ import annotations

import pytest

from tests.pipeline.project import Project

pytestmark = pytest.mark.slow

FROM_T3 = {"update@t3", "calibrate@t3", "evaluate@t3", "summarize"}
FROM_T2 = FROM_T3 | {"update@t2", "synthesize@t2", "evaluate@t2"}
LEARNED = FROM_T2 | {"train@t1", "synthesize@t1", "evaluate@t1"}
EVALUATIONS = {"evaluate@t1", "evaluate@t2", "evaluate@t3", "summarize"}


def append(project: Project, name: str) -> None:
    """A change of code that changes nothing it computes."""
    path = project.root / name
    path.write_text(path.read_text() + "\n# A remark.\n")


def test_nothing_after_no_change(project: Project) -> None:
    assert project.repro() == []
    assert project.run("git", "status", "--porcelain").stdout == ""


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        pytest.param("loss.margin", 0.25, FROM_T2, id="a loss weight of the update"),
        pytest.param("tasks.t3.loss", {"margin": 0.25}, FROM_T3, id="task 3's own loss weight"),
        pytest.param("tasks.t3.update", {"epochs": 2}, FROM_T3, id="task 3's own epochs"),
        pytest.param(
            "tasks.t3.synthesis",
            {"tv": 0.5},
            FROM_T3 | {"synthesize@t2"},
            id="task 3's own synthesis, from model 2",
        ),
        pytest.param("seed", 1, LEARNED, id="the seed, which decides no split"),
        pytest.param(
            "evaluate.bins", 10, EVALUATIONS | {"calibrate@t3"}, id="the calibration's bins"
        ),
    ],
)
def test_a_changed_parameter(project: Project, key: str, value: object, expected: set[str]) -> None:
    project.edit(key, value)
    assert set(project.repro()) == expected


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        pytest.param("src/ccsi/reporting/run_page.py", {"summarize"}, id="the page"),
        pytest.param("src/ccsi/evaluation/metrics.py", EVALUATIONS, id="a metric retrains nothing"),
        pytest.param("src/ccsi/methods/finetune.py", set(), id="another method"),
        pytest.param("src/ccsi/data/sources/npz.py", set(), id="another source"),
        pytest.param("src/ccsi/cli.py", set(), id="the command line"),
    ],
)
def test_changed_code(project: Project, file: str, expected: set[str]) -> None:
    append(project, file)
    assert set(project.repro()) == expected


def test_a_new_method_runs_nothing_again(project: Project) -> None:
    folder = project.root / "src/ccsi/methods"
    (folder / "mine.py").write_text((folder / "finetune.py").read_text())
    assert project.repro() == []


def test_one_stage_and_what_it_needs(project: Project) -> None:
    project.edit("seed", 1)
    again = set(project.repro("update@t2"))
    assert again == {"train@t1", "synthesize@t1", "update@t2"}


def test_going_back_runs_nothing_again(project: Project) -> None:
    """The run cache holds what the former value gave."""
    former = project.params()["loss"]["margin"]
    project.edit("loss.margin", former + 0.25)
    assert project.repro()
    project.edit("loss.margin", former)
    assert project.repro() == ["summarize"]
