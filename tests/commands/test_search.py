"""`ccsi search` with runs that are made up: pruning, going on, trying again, refusing."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from optuna import Study
from optuna.distributions import FloatDistribution, IntDistribution
from rich.console import Console

from ccsi.commands import search
from ccsi.commands.search_inputs import SearchInputs
from ccsi.commands.search_trials import PLACE, open_trials
from ccsi.commands.search_worker import Worker
from ccsi.config.paths import CONF
from ccsi.frame.artifacts import load_table
from ccsi.frame.errors import ArtifactError, CcsiError, ParameterError
from ccsi.study.space import SearchSpace, read_space
from tests.config.projects import make_project

SPACE = """
overrides: [method=finetune, dataset.classes_per_task=4]
space: {update.lr: {low: 0.001, high: 0.1, log: true}, update.epochs: {low: 2, high: 5}}
"""
Answers = Callable[[int], Sequence[float | Exception]]


class Runs:
    """In place of a clone of the project: the n-th trial's accuracies, or what goes wrong."""

    answers: Answers = staticmethod(lambda n: [0.5, 0.5, 0.5])
    tasks_run: list[int]
    params: list[dict[str, Any]]
    kept: list[str]

    def __init__(self, project: Path, folder: Path) -> None:
        pass

    def accuracies(self, params: dict[str, Any], tasks: Sequence[str]) -> Iterator[float]:
        number = len(Runs.tasks_run)
        Runs.tasks_run.append(0)
        Runs.params.append(params)
        for answer, _ in zip(Runs.answers(number), tasks, strict=False):
            if isinstance(answer, BaseException):
                raise answer
            Runs.tasks_run[number] += 1
            yield answer

    def keep(self, name: str, overrides: Sequence[str]) -> None:
        Runs.kept.append(name)

    def __enter__(self) -> Runs:
        return self

    def __exit__(self, *error: object) -> None:
        pass


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A search file in a project of its own, whose runs are made up."""
    (make_project(tmp_path) / "dvc.yaml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(search, "Workplace", Runs)
    monkeypatch.setattr(search, "require_committed", lambda: None)
    repo = SimpleNamespace(scm=SimpleNamespace(get_rev=lambda: "c" * 40))
    monkeypatch.setattr(search, "open_project", lambda root: contextlib.nullcontext(repo))
    use_code(monkeypatch, "a")
    monkeypatch.setattr(Runs, "answers", staticmethod(lambda n: [0.5, 0.5, 0.5]))
    for name in ("tasks_run", "params", "kept"):
        monkeypatch.setattr(Runs, name, [], raising=False)
    file = tmp_path / "lr.yaml"
    file.write_text(SPACE)
    return file


def run(file: Path, *, trials: int, task: str | None = None, jobs: int = 1) -> str:
    """What `ccsi search` prints."""
    stream = io.StringIO()
    console = Console(file=stream, soft_wrap=True)
    search.run(file, task=task, trials=trials, jobs=jobs, worker=None, console=console)
    return stream.getvalue()


def use_code(monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    """Let src/a.py, which every trial reads, have this content."""

    def inputs(repo: Any, space: SearchSpace, *, task: str | None) -> SearchInputs:
        return SearchInputs(f"{content}{space.digest}", space.digest, {"src/a.py": content})

    monkeypatch.setattr(search, "search_inputs", inputs)


def opened(file: Path) -> Study:
    space = read_space(file, CONF, task=None)
    inputs = search.search_inputs(None, space, task=None)
    return open_trials("lr", inputs, seed=0, commit="c").study


def table(file: Path) -> list[dict[str, str]]:
    return load_table(file.with_name(f"{file.stem}.trials.csv"))


def test_a_trial_below_the_others_is_pruned_and_its_later_tasks_do_not_run(space: Path) -> None:
    Runs.answers = staticmethod(lambda n: [0.9, 0.8, 0.7] if n < 5 else [0.9, 0.2, 0.9])
    told = run(space, trials=6)
    assert "trial 5: pruned after t2" in told
    assert Runs.tasks_run == [3, 3, 3, 3, 3, 2]
    last = table(space)[-1]
    assert (last["state"], last["score"], last["accuracy.t3"]) == ("pruned", "", "")
    assert last["accuracy.t2"] == "0.2"
    assert len(Runs.kept) == 5  # a pruned trial is no experiment


def test_a_trial_is_not_pruned_after_its_first_task_nor_among_the_first_five(space: Path) -> None:
    Runs.answers = staticmethod(lambda n: [0.9, 0.9, 0.9] if n not in (3, 5) else [0.1, 0.9, 0.9])
    run(space, trials=6)
    assert Runs.tasks_run[3] == 3
    assert Runs.tasks_run[5] >= 2


def test_it_goes_on_where_it_was_stopped(space: Path) -> None:
    run(space, trials=2)
    first = table(space)
    told = run(space, trials=5)
    assert len(Runs.tasks_run) == 5
    assert "5 complete trials" in told
    assert table(space)[:2] == first
    values = {(row["update.lr"], row["update.epochs"]) for row in table(space)}
    assert len(values) == 5  # a resumption proposes new values
    run(space, trials=5)
    assert len(Runs.tasks_run) == 5


def test_the_best_is_told_as_the_choice_that_keeps_it(space: Path) -> None:
    Runs.answers = staticmethod(lambda n: [0.1 * (n + 1)] * 3)
    told = run(space, trials=3)
    best = table(space)[2]
    assert "trial 2, 0.3000" in told
    assert f"ccsi config update.lr={float(best['update.lr']):.6g}" in told


def test_a_failed_trial_is_told_and_another_takes_its_place(space: Path) -> None:
    Runs.answers = staticmethod(lambda n: [ArtifactError("diverged")] if n == 0 else [0.5] * 3)
    told = run(space, trials=2)
    assert "trial 0 failed: diverged" in told
    assert [row["state"] for row in table(space)] == ["fail", "complete", "complete"]


def test_trials_that_keep_failing_end_the_search(space: Path) -> None:
    Runs.answers = staticmethod(lambda n: [ArtifactError("disk full")])
    with pytest.raises(CcsiError, match="disk full"):
        run(space, trials=9)
    assert len(Runs.tasks_run) == search.FAILURES


def test_an_interrupted_trial_counts_as_none(space: Path) -> None:
    Runs.answers = staticmethod(lambda n: [KeyboardInterrupt()])  # type: ignore[list-item]
    with pytest.raises(CcsiError, match="the same command goes on from here"):
        run(space, trials=2)
    Runs.answers = staticmethod(lambda n: [0.5] * 3)
    assert "2 complete trials" in run(space, trials=2)


def abandon(file: Path, worker: str | None, **told: Any) -> None:
    """Leave a trial behind that a worker of this name was at."""
    space_of = {
        "update.lr": FloatDistribution(0.001, 0.1, log=True),
        "update.epochs": IntDistribution(2, 5),
    }
    trial = opened(file).ask(space_of)
    for key, value in ({"worker": worker} if worker else {}).items() | told.items():
        trial.set_user_attr(key, value)


@pytest.mark.parametrize("worker", ["here.1.abcdef00", None])
def test_a_trial_whose_worker_was_killed_is_tried_again_with_its_values(
    space: Path, worker: str | None
) -> None:
    """Also where it was killed before it could say whose the trial is."""
    run(space, trials=1)
    abandon(space, worker)
    told = run(space, trials=2)
    assert "trial 1: its worker was killed; tried again" in told
    rows = table(space)
    assert [row["state"] for row in rows] == ["complete", "fail", "complete"]
    assert rows[2]["update.lr"] == rows[1]["update.lr"]
    assert rows[2]["update.epochs"] == rows[1]["update.epochs"]


def test_a_trial_whose_worker_is_killed_each_time_is_given_up(space: Path) -> None:
    run(space, trials=1)
    abandon(space, "here.1.abcdef00", tries=3)
    assert "trial 1: its worker was killed; given up" in run(space, trials=2)
    rows = table(space)
    assert [row["state"] for row in rows] == ["complete", "fail", "complete"]
    assert rows[2]["update.lr"] != rows[1]["update.lr"]


def test_a_trial_of_a_worker_that_lives_is_left_alone(space: Path) -> None:
    run(space, trials=1)
    with Worker(PLACE) as other:
        abandon(space, other.name)
        assert "killed" not in run(space, trials=2)
        assert len(Runs.tasks_run) == 1  # the second of two is under way elsewhere
    run(space, trials=2)
    assert len(Runs.tasks_run) == 2


def test_a_living_worker_takes_up_what_another_left(
    space: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die_beside(n: int) -> Sequence[float]:
        if n == 0:
            abandon(space, "here.1.abcdef00")
        return [0.5] * 3

    Runs.answers = staticmethod(die_beside)
    told = run(space, trials=2)
    assert "trial 1: its worker was killed" in told
    assert [row["state"] for row in table(space)] == ["complete", "fail", "complete"]


def test_a_worker_that_lost_its_trial_to_another_goes_on(space: Path) -> None:
    def lose(n: int) -> Sequence[float]:
        if n == 0:
            opened(space).tell(0, state=search.state("FAIL"))
        return [0.5] * 3

    Runs.answers = staticmethod(lose)
    told = run(space, trials=1)
    assert "trial 0: no sign of life for too long" in told
    assert [row["state"] for row in table(space)] == ["fail", "complete"]


def test_trials_of_other_code_are_kept_apart_and_told_in_one_line(
    space: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Runs.answers = staticmethod(lambda n: [0.9 if n < 2 else 0.5] * 3)
    assert "changed" not in run(space, trials=2)
    before = table(space)
    use_code(monkeypatch, "b")
    told = run(space, trials=2)
    (line,) = [line for line in told.splitlines() if "changed since" in line]
    assert line.startswith("lr.yaml: changed since the last trials: src/a.py; the 2 earlier trials")
    assert len(Runs.tasks_run) == 4
    assert "2 complete trials" in told
    assert "0.5000; to keep it" in told  # the better ones are of other code
    rows = table(space)
    assert rows[:2] == before
    assert len({row["study"] for row in rows}) == 2
    assert "changed" not in run(space, trials=2)  # said once
    use_code(monkeypatch, "a")
    assert "0.9000; to keep it" in run(space, trials=2)
    assert len(Runs.tasks_run) == 4  # the code of before finds its trials again


def test_trials_of_another_space_are_not_mixed_in(space: Path) -> None:
    run(space, trials=1)
    space.write_text(SPACE.replace("update.epochs", "update.batch").replace("high: 5", "high: 6"))
    told = run(space, trials=1)
    assert "changed since the last trials: the search file; the 1 earlier trials" in told
    first, second = table(space)
    assert (first["update.batch"], second["update.epochs"]) == ("", "")
    assert len(Runs.tasks_run) == 2


def test_one_task_alone_is_searched_by_its_own_values(space: Path) -> None:
    Runs.answers = staticmethod(lambda n: [0.5])
    run(space, trials=1, task="t2")
    assert set(Runs.params[0]["per_task"]) == {"t2"}
    assert Runs.tasks_run == [1]
    assert Runs.kept == []
    assert space.with_name("lr-t2.trials.csv").exists()


def test_a_typo_is_refused_before_any_trial(space: Path) -> None:
    space.write_text(SPACE.replace("update.lr", "update.lrr"))
    with pytest.raises(CcsiError, match=r"did you mean update\.lr"):
        run(space, trials=1)
    space.write_text(SPACE)
    with pytest.raises(ParameterError, match="no such task; the tasks are t1, t2, t3"):
        run(space, trials=1, task="t9")
    assert Runs.tasks_run == []


def test_failed_workers_are_told(space: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    class Worker:
        def __init__(self, command: list[str]) -> None:
            started.append(command)

        def wait(self) -> int:
            return len(started) - 1

    monkeypatch.setattr(search.subprocess, "Popen", Worker)
    with pytest.raises(CcsiError, match="2 of 2 workers failed"):
        run(space, trials=4, jobs=2)
    assert [command[-1] for command in started] == ["1", "2"]
