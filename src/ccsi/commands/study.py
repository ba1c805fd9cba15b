"""`ccsi study`: the runs of a study through DVC's queue, those that are there already left out."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dvc.repo import Repo
from rich.console import Console
from rich.status import Status

from ccsi.commands import queue
from ccsi.commands.experiments import Experiment, git_ids, list_experiments, open_project, read_run
from ccsi.commands.present import Present
from ccsi.commands.stages import StageResolver
from ccsi.commands.study_report import Watch, forecast_table, hours, known_seconds
from ccsi.comparison.run import Run
from ccsi.config.paths import CONF, from_root, project_root
from ccsi.frame.errors import ArtifactError
from ccsi.frame.times import LOG
from ccsi.study.forecast import KindForecast, Times, forecast, stage_keys
from ccsi.study.plan import PlannedRun, identity, plan

VERSIONED = ("src", "stages", "conf", "dvc.yaml", "runtime.lock")
SECONDS_BETWEEN_LOOKS = 2.0
SECONDS_WITHOUT_WORKER = 20.0
PLAIN: Mapping[str, Any] = {"highlight": False, "markup": False}  # names and messages hold brackets


@dataclass(frozen=True)
class State:
    """What of a study is there, what waits in the queue, what is to be queued."""

    done: tuple[PlannedRun, ...]
    waiting: tuple[PlannedRun, ...]
    to_queue: tuple[PlannedRun, ...]


def run(file: Path, *, jobs: int, dry_run: bool, console: Console) -> None:
    """Check every run, say what will happen, do what is missing, tell how it goes.

    Raises CcsiError before anything starts where a run is impossible or code is not committed, and
    at the end where runs failed.
    """
    root = project_root(Path.cwd())
    file = from_root(file, root)
    with contextlib.chdir(root), open_project(Path()) as repo:
        planned = plan(file, CONF)
        require_committed()
        finished, changed = current_runs(repo)
        state = _state(repo, planned, finished)
        left = (*state.waiting, *state.to_queue)
        kinds = forecast_of(left, finished)
        console.print(
            f"{file.name}: {len(planned)} runs, {len(state.done)} done already, {len(left)} to run",
            markup=False,
        )
        for path, count in _run_again(left, changed).items():
            console.print(f"{count} run again: {path} has changed since", **PLAIN)
        console.print(forecast_table(kinds))
        console.print(hours(kinds, jobs), **PLAIN)
        if dry_run or not left:
            return
        for planned_run in state.to_queue:
            queue.enqueue(planned_run.name, planned_run.overrides)
            console.print(f"queued {planned_run.name}", **PLAIN)
        queue.start(jobs)
        _watch(repo, left, jobs=jobs, kinds=kinds, console=console)


def require_committed() -> None:
    """Raises ArtifactError where code or configuration is not committed.

    Numbers of a study belong to a commit, and the queue would take half an edit along.
    """
    done = subprocess.run(
        ["git", "status", "--porcelain", "--", *VERSIONED],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    changed = [line[3:] for line in done.stdout.splitlines()]
    if changed:
        told = ", ".join(changed[:3]) + (" ..." if len(changed) > 3 else "")
        raise ArtifactError(
            f"not committed: {told}; a study's runs belong to a commit: commit or undo it first"
        )


def current_runs(repo: Repo) -> tuple[list[Run], dict[str, str]]:
    """Every finished run made by the code of the last commit, the last commit's own included.

    Those made from files or images that have changed since are apart: what has, by identity.
    """
    head = str(repo.scm.get_rev())
    found = (read_run(repo, e) for e in [Experiment("HEAD", head, head), *list_experiments(repo)])
    return Present(repo).sort(run for run in found if isinstance(run, Run))


def _run_again(left: Sequence[PlannedRun], changed: Mapping[str, str]) -> Mapping[str, int]:
    """How many of the runs left are there, but made before this path changed."""
    return Counter(changed[key] for run in left if (key := identity(run.params)) in changed)


def forecast_of(
    planned: Sequence[PlannedRun], finished: Sequence[Run]
) -> Mapping[str, KindForecast]:
    """Which stages the runs need, and which of those the finished runs have made."""
    resolver = StageResolver(Path())
    params = [*(run.params for run in planned), *(run.params for run in finished)]
    stages = [resolver.stages(one) for one in params]
    paths = sorted({dep for some in stages for stage in some for dep in stage.deps})
    content = git_ids(Path(), "HEAD", paths)
    keys = [
        stage_keys(some, one, lambda path: content.get(path, ""))
        for some, one in zip(stages, params, strict=True)
    ]
    known = {key for told in keys[len(planned) :] for key in told.values()}
    runs = list(zip(params, stages, keys, strict=True))[: len(planned)]
    return forecast(runs, known=known, times=Times.read(LOG))


def _state(repo: Repo, planned: Sequence[PlannedRun], finished: Sequence[Run]) -> State:
    """Failed runs leave the queue, to be queued anew; so do those whose worker was killed."""
    there = {identity(run.params) for run in finished if run.name != "HEAD"}
    done = tuple(run for run in planned if identity(run.params) in there)
    missing = {identity(run.params): run for run in planned if run not in done}
    waiting: list[PlannedRun] = []
    gone: set[str] = set()
    entries = [task for task in queue.tasks(repo) if task.status != "Success"]
    deserted = any(task.status == "Running" for task in entries) and not queue.has_worker(repo)
    for task in entries:
        run = missing.get(identity(task.params(repo)))
        if run is None:
            continue
        if task.status == "Running" and deserted:
            queue.kill(task.name)
        if task.status == "Failed" or (task.status == "Running" and deserted):
            queue.remove(task.name)
            gone.add(task.name)
        else:
            waiting.append(PlannedRun(task.name, run.overrides, run.params))
            missing.pop(identity(run.params))
    taken = {experiment.name for experiment in list_experiments(repo)}
    taken |= {t.name for t in entries if t.status in ("Queued", "Running")} - gone
    to_queue = []
    for run in missing.values():
        name = _free(run.name, taken)
        taken.add(name)
        to_queue.append(PlannedRun(name, run.overrides, run.params))
    return State(done, tuple(waiting), tuple(to_queue))


def _free(name: str, taken: set[str]) -> str:
    """The name, or name-2, ... where an experiment of other code or values has it."""
    candidates = [name, *(f"{name}-{n}" for n in range(2, len(taken) + 3))]
    return next(candidate for candidate in candidates if candidate not in taken)


def _status(console: Console) -> contextlib.AbstractContextManager[Status | None]:
    """A line below the others; drawn once a second, not twelve times, for a sign of life."""
    if not console.is_terminal:
        return contextlib.nullcontext()
    return console.status("starting", refresh_per_second=1)


def _watch(
    repo: Repo,
    runs: Sequence[PlannedRun],
    *,
    jobs: int,
    kinds: Mapping[str, KindForecast],
    console: Console,
) -> None:
    names = [run.name for run in runs]
    watch = Watch(names, jobs=jobs, seconds=known_seconds(kinds))
    look = queue.watched(repo)
    idle_since = time.monotonic()
    try:
        with _status(console) as bar:
            while not watch.ended:
                if watch.update({task.name: task.status for task in look()}):
                    for name in watch.newly_failed():
                        console.print(f"failed {name}: {queue.last_words(name)}", **PLAIN)
                    console.print(watch.line(), **PLAIN)
                if bar is not None:
                    bar.update(watch.line())
                idle_since = time.monotonic() if watch.running else idle_since
                if time.monotonic() - idle_since > SECONDS_WITHOUT_WORKER and not watch.ended:
                    queue.start(jobs)
                    idle_since = time.monotonic()
                time.sleep(SECONDS_BETWEEN_LOOKS)
    except KeyboardInterrupt:
        raise ArtifactError(
            "the runs go on in the background: `dvc queue status`, `dvc queue stop --kill`; run "
            "the same command again to watch them or to go on"
        ) from None
    if watch.failed:
        raise ArtifactError(
            f"{len(watch.failed)} of {len(names)} runs failed ({', '.join(watch.failed)}): "
            f"`dvc queue logs {watch.failed[0]}`; run the same command again to retry them"
        )
