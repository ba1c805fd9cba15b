"""`ccsi compare`: which runs it takes, what it refuses, what it writes."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from ccsi.cli import app
from ccsi.commands import compare
from ccsi.commands.compare import Selection
from ccsi.commands.experiments import Experiment
from ccsi.comparison.comparison import compare as average
from ccsi.comparison.figures import _style
from ccsi.comparison.run import Run
from ccsi.frame.artifacts import load_table
from ccsi.frame.errors import ParameterError
from ccsi.reporting.bounds import load_bounds
from ccsi.study.plan import identity
from tests.comparison.runs import make_run, seeds
from tests.config.projects import REPOSITORY, make_project

HEAD = "a" * 40
RUNS = [*seeds("method=finetune", accuracies=[0.2, 0.3]), *seeds("method=ccsi", accuracies=[0.9])]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose experiments are RUNS, one of them of an earlier commit."""
    make_project(tmp_path)
    plots = tmp_path / ".dvc/plots"
    plots.parent.mkdir()
    plots.symlink_to(REPOSITORY / ".dvc/plots")
    monkeypatch.chdir(tmp_path)
    repo = SimpleNamespace(scm=SimpleNamespace(get_rev=lambda: HEAD), root_dir=str(tmp_path))
    monkeypatch.setattr(compare, "open_project", lambda root: contextlib.nullcontext(repo))
    use(monkeypatch, RUNS)
    return tmp_path


def use(monkeypatch: pytest.MonkeyPatch, runs: list[Run | str]) -> None:
    """Let these be the experiments; a string is why one is none. The last is of another commit."""
    named = {run if isinstance(run, str) else run.name: run for run in runs}
    of = [HEAD] * (len(named) - 1) + ["b" * 40]
    found = [Experiment(n, "c", base) for n, base in zip(named, of, strict=True)]
    monkeypatch.setattr(compare, "list_experiments", lambda repo: found)
    monkeypatch.setattr(compare, "read_run", lambda repo, e, times=None: named[e.name])


def run(selection: Selection | None = None, **chosen: Any) -> str:
    """What `ccsi compare` prints."""
    stream = io.StringIO()
    told = {"baseline": None, "measure": "accuracy", "out": None, "list_runs": False, **chosen}
    console = Console(file=stream, width=120)
    compare.run(selection or Selection(all_commits=True), console=console, **told)
    return stream.getvalue()


def test_it_writes_table_page_and_figure_into_one_folder(project: Path) -> None:
    told = run(baseline="finetune")
    folder = project / "reports/study/comparison"
    assert {f.name for f in folder.iterdir()} == {
        "index.html", "comparison.csv", "runs.csv", "comparison.md", "digits.png"
    }  # fmt: skip
    assert "written: reports/study/comparison/" in told
    rows = load_table(folder / "comparison.csv")
    assert {row["group"] for row in rows} == {"ccsi", "finetune"}
    command = "ccsi compare --all-commits --baseline finetune --measure accuracy"
    assert command in (folder / "index.html").read_text()
    assert command in (folder / "comparison.md").read_text()


def test_the_runs_can_be_the_bounds_on_a_runs_page(project: Path) -> None:
    run()
    tasks = [{"task": f"t{n}", "class_ids": [2 * n - 2, 2 * n - 1]} for n in range(1, 6)]
    record = {"dataset": "digits", "split": "test", "tasks": tasks}
    bounds = load_bounds(project / "reports/study/comparison/runs.csv", record)
    assert [bound.label for bound in bounds] == ["ccsi", "finetune, mean of 2"]
    assert bounds[1].accuracy_after["t5"] == pytest.approx(0.25)


def test_what_is_gone_from_the_comparison_leaves_its_folder(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    folder = project / "reports/study/comparison"
    for name in ("audits.csv", "notes.csv"):
        (folder / name).write_text("of before\n")
    use(monkeypatch, [make_run(["dataset=pathmnist"])])
    run()
    assert {f.name for f in folder.iterdir()} == {
        "index.html", "comparison.csv", "runs.csv", "comparison.md", "pathmnist.png", "notes.csv"
    }  # fmt: skip


def test_paths_are_those_of_the_folder_it_is_typed_in(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "lists").mkdir()
    (project / "lists/mine.yaml").write_text("- method=ccsi\n- seed=0\n")
    monkeypatch.chdir(project / "lists")
    present = SimpleNamespace(sort=lambda runs: (list(runs), {}))
    monkeypatch.setattr(compare, "Present", lambda repo: present)
    run(Selection(study=Path("mine.yaml")), out=Path("here"))
    assert (
        "ccsi compare --study lists/mine.yaml" in (project / "lists/here/comparison.md").read_text()
    )


def test_a_study_and_names_beside_it_are_refused(project: Path) -> None:
    with pytest.raises(ParameterError, match="leave the other names out"):
        run(Selection(names=("a*",), study=Path("mine.yaml")))


def test_brackets_in_a_name_are_printed_and_not_taken_for_markup(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pooled = ["method=analytic", "statistics.poolings=[mean]"]
    use(monkeypatch, [*RUNS, make_run(pooled), make_run(["method=analytic"])])
    assert "poolings=[mean]" in run()


def test_the_folder_is_a_choice(project: Path) -> None:
    run(out=Path("elsewhere/mine"))
    assert (project / "elsewhere/mine/index.html").exists()
    assert not (project / "reports").exists()


def test_without_names_the_last_commits_experiments_are_meant(project: Path) -> None:
    assert "ccsi" not in run(Selection())
    assert "ccsi" in run(Selection(all_commits=True))


def test_names_may_have_wildcards_and_unknown_ones_are_told_the_nearest(project: Path) -> None:
    told = run(Selection(names=("method=fine*",)), list_runs=True)
    assert "method=finetune-seed=1" in told
    assert "method=ccsi" not in told
    told = r"seed=9: there is no such experiment; did you mean method=ccsi-seed=0"
    with pytest.raises(ParameterError, match=told):
        run(Selection(names=("method=ccsi-seed=9",)))


def test_listing_writes_nothing(project: Path) -> None:
    run(list_runs=True)
    assert not (project / "reports").exists()


def test_unlike_runs_are_refused_and_nothing_is_written(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, [*RUNS, make_run(["method=joint", "evaluate.split=val"], name="other")])
    with pytest.raises(ParameterError, match=r"unlike and not averaged: evaluate\.split is"):
        run()
    assert not (project / "reports").exists()


def test_a_typo_in_measure_or_baseline_is_told_the_nearest(project: Path) -> None:
    with pytest.raises(ParameterError, match="no such measure; did you mean forgetting"):
        run(measure="forgeting")
    with pytest.raises(ParameterError, match="did you mean finetune"):
        run(baseline="fintune")
    assert not (project / "reports").exists()


def test_what_is_left_out_is_told_with_its_reason(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, [*RUNS, "it has no dvc.lock"])
    assert "left out it has no dvc.lock: it has no dvc.lock" in run()
    use(monkeypatch, ["it has no dvc.lock"])
    with pytest.raises(ParameterError, match=r"no finished experiments.*ccsi study"):
        run()


def test_outside_a_project_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParameterError, match="run this inside the project"):
        run()


@pytest.mark.parametrize(
    "words",
    [["compare", "--baselin", "x"], ["study"], ["study", "x.yaml", "--jobs", "0"],
     ["search", "x.yaml", "--trials", "0"], ["search", "x.yaml", "--jobs", "two"]],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_ends_with_status_2(words: list[str]) -> None:
    assert CliRunner().invoke(app, words).exit_code == 2


def test_of_equal_runs_a_study_takes_its_own_and_else_the_first_by_name() -> None:
    elsewhere = [make_run([f"seed={s}"], accuracy=0.5, name=f"a-s{s}") for s in (1, 0)]
    own = make_run(["seed=0"], accuracy=0.8, name="mine-s0")
    runs = [*elsewhere, own]
    wanted = {identity(run.params): f"mine-s{run.seed}" for run in runs}
    found = average(compare._own_first(runs, wanted), baseline=None)
    kept = [run.name for members in found.groups.values() for run in members]
    assert sorted(kept) == ["a-s1", "mine-s0"]
    assert any("a-s0 is mine-s0 once more and not counted, though" in n for n in found.notes)


def test_the_figure_tells_more_groups_apart_than_there_are_colours() -> None:
    styles = [tuple(_style(place).items()) for place in range(14)]
    assert len(set(styles)) == 14
    first, again = dict(styles[0]), dict(styles[7])
    assert first["color"] == again["color"]
    assert first["linestyle"] != again["linestyle"]
