"""`ccsi study`: what is done, waits or is queued; what it refuses; how it ends."""

from __future__ import annotations

import contextlib
import io
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from ccsi.commands import study
from ccsi.commands.experiments import Experiment
from ccsi.commands.study_report import Watch, known_seconds
from ccsi.config.paths import CONF
from ccsi.frame.errors import ArtifactError, ParameterError
from ccsi.study.forecast import KindForecast
from ccsi.study.plan import PlannedRun, identity, plan
from tests.config.projects import make_project

REPO: Any = SimpleNamespace()


def planned(seed: int) -> PlannedRun:
    return PlannedRun(f"mine-s{seed}", (f"seed={seed}",), {"seed": seed})


@dataclass
class Entry:
    """One entry of the queue."""

    name: str
    status: str
    seed: int

    def params(self, repo: Any) -> dict[str, Any]:
        return {"seed": self.seed, "overrides": [], "digest": "x"}


class Queue:
    """In place of DVC's queue."""

    def __init__(self, entries: list[Entry], *, worker: bool = True) -> None:
        self.entries, self.worker = entries, worker
        self.removed: list[str] = []
        self.killed: list[str] = []
        self.queued: list[str] = []
        self.started = 0

    def tasks(self, repo: Any) -> list[Entry]:
        return self.entries

    def watched(self, repo: Any) -> Callable[[], list[Entry]]:
        return lambda: self.tasks(repo)

    def has_worker(self, repo: Any) -> bool:
        return self.worker

    def remove(self, name: str) -> None:
        self.removed.append(name)

    def kill(self, name: str) -> None:
        self.killed.append(name)

    def enqueue(self, name: str, overrides: Any) -> None:
        self.queued.append(name)
        self.entries.append(Entry(name, "Success", 0))

    def start(self, jobs: int) -> None:
        self.started += 1

    def last_words(self, name: str) -> str:
        return "loss is NaN"


def use(
    monkeypatch: pytest.MonkeyPatch, queue: Queue, *, experiments: tuple[str, ...] = ()
) -> None:
    monkeypatch.setattr(study, "queue", queue)
    found = [Experiment(name, "c", "b") for name in experiments]
    monkeypatch.setattr(study, "list_experiments", lambda repo: found)


def finished(seed: int, name: str = "x") -> Any:
    return SimpleNamespace(name=name, params={"seed": seed, "overrides": ["typed"]})


def test_what_is_done_is_not_queued_whatever_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Queue([]))
    state = study._state(REPO, [planned(0), planned(1)], [finished(0, "another-name")])
    assert [run.name for run in state.done] == ["mine-s0"]
    assert [run.name for run in state.to_queue] == ["mine-s1"]


def test_the_commits_own_run_is_no_experiment(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Queue([]))
    assert study._state(REPO, [planned(0)], [finished(0, "HEAD")]).done == ()


def test_what_waits_or_runs_is_left_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue([Entry("a", "Queued", 0), Entry("b", "Running", 1), Entry("c", "Queued", 7)])
    use(monkeypatch, queue)
    state = study._state(REPO, [planned(0), planned(1)], [])
    assert [run.name for run in state.waiting] == ["a", "b"]
    assert state.to_queue == ()
    assert queue.removed == queue.killed == []


def test_a_failed_run_is_queued_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue([Entry("mine-s0", "Failed", 0)])
    use(monkeypatch, queue)
    assert [r.name for r in study._state(REPO, [planned(0)], []).to_queue] == ["mine-s0"]
    assert queue.removed == ["mine-s0"]


def test_a_run_whose_worker_was_killed_is_queued_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue([Entry("mine-s0", "Running", 0)], worker=False)
    use(monkeypatch, queue)
    assert [r.name for r in study._state(REPO, [planned(0)], []).to_queue] == ["mine-s0"]
    assert queue.killed == queue.removed == ["mine-s0"]


def test_a_name_that_is_taken_gets_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Queue([]), experiments=("mine-s0", "mine-s0-2"))
    state = study._state(REPO, [planned(0), planned(1)], [])
    assert [run.name for run in state.to_queue] == ["mine-s0-3", "mine-s1"]


def watch(queue: Queue, runs: list[PlannedRun]) -> str:
    stream = io.StringIO()
    kinds = {"update": KindForecast(to_run=1, seconds=60.0)}
    study._watch(REPO, runs, jobs=1, kinds=kinds, console=Console(file=stream, soft_wrap=True))
    return stream.getvalue()


def test_failed_runs_are_told_with_their_last_words_and_the_end_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue = Queue([Entry("mine-s0", "Success", 0), Entry("mine-s1", "Failed", 1)])
    use(monkeypatch, queue)
    with pytest.raises(ArtifactError, match=r"1 of 2 runs failed \(mine-s1\).*to retry them"):
        watch(queue, [planned(0), planned(1)])
    queue.entries.pop()
    assert "1 done, 0 failed, 0 left" in watch(queue, [planned(0)])


def test_an_end_is_told_only_where_the_length_of_every_stage_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known, unknown = KindForecast(2, seconds=60.0), KindForecast(2, seconds=60.0, unknown=1)
    assert known_seconds({"update": known, "train": known}) == 120
    assert known_seconds({"update": known, "train": unknown}) == 0
    assert "about 60 s more" in Watch(["a", "b"], jobs=2, seconds=120).line()
    assert "the end is unknown" in Watch(["a", "b"], jobs=2, seconds=0).line()
    overdue = Watch(["a", "b"], jobs=2, seconds=120)
    later = time.monotonic() + 61
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert "the end is unknown" in overdue.line()


def test_interrupting_stops_the_watching_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue([Entry("mine-s0", "Running", 0)])
    use(monkeypatch, queue)

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(study.time, "sleep", interrupt)
    with pytest.raises(ArtifactError, match="go on in the background"):
        watch(queue, [planned(0)])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A committed project with a study of two runs; DVC is not asked."""
    make_project(tmp_path)
    (tmp_path / "mine.yaml").write_text("- method=finetune\n- seed=0,1\n")
    identity = ["-c", "user.name=x", "-c", "user.email=x@x"]
    for command in (["init"], ["add", "--all"], [*identity, "commit", "-m", "x"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True, capture_output=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(study, "open_project", lambda root: contextlib.nullcontext(REPO))
    monkeypatch.setattr(study, "current_runs", lambda repo: ([], {}))
    monkeypatch.setattr(study, "forecast_of", lambda left, done: {})
    return tmp_path


def run(project: Path, *, dry_run: bool) -> str:
    stream = io.StringIO()
    console = Console(file=stream, soft_wrap=True)
    study.run(project / "mine.yaml", jobs=1, dry_run=dry_run, console=console)
    return stream.getvalue()


def test_a_dry_run_says_what_there_is_to_do_and_does_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Queue([])
    use(monkeypatch, queue)
    assert "mine.yaml: 2 runs, 0 done already, 2 to run" in run(project, dry_run=True)
    assert (queue.queued, queue.started) == ([], 0)


def test_every_run_is_queued_once_and_watched_to_its_end(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Queue([])
    use(monkeypatch, queue)
    told = run(project, dry_run=False)
    assert queue.queued == ["mine-s0", "mine-s1"]
    assert queue.started == 1
    assert "2 done, 0 failed, 0 left" in told


def test_runs_of_images_that_have_changed_run_again_and_it_says_so(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Queue([]))
    first, second = (identity(run.params) for run in plan(project / "mine.yaml", CONF))
    made_before = {first: "/data/skin", second: "/data/skin", "another": "/data/lungs"}
    monkeypatch.setattr(study, "current_runs", lambda repo: ([], made_before))
    told = run(project, dry_run=True)
    assert "2 runs, 0 done already, 2 to run" in told
    assert "2 run again: /data/skin has changed since" in told
    assert "lungs" not in told


def test_changed_code_or_configuration_is_refused_and_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Queue([])
    use(monkeypatch, queue)
    (project / "conf/mine.yaml").write_text("x: 1\n")
    with pytest.raises(ArtifactError, match=r"not committed: conf/mine\.yaml"):
        run(project, dry_run=False)
    assert queue.queued == []


def test_an_impossible_run_is_refused_before_any_is_queued(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Queue([])
    use(monkeypatch, queue)
    (project / "mine.yaml").write_text("- method=finetune,fintune\n")
    with pytest.raises(ParameterError, match="did you mean finetune"):
        run(project, dry_run=False)
    assert queue.queued == []
