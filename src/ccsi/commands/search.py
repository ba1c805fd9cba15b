"""`ccsi search`: hyper-parameters by Optuna, each trial a cached run, on validation images only."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from ccsi.commands.experiments import open_project
from ccsi.commands.search_inputs import search_inputs
from ccsi.commands.search_trials import PLACE, Trials, open_trials, state
from ccsi.commands.search_worker import Worker
from ccsi.commands.study import require_committed
from ccsi.commands.trial import Workplace
from ccsi.config.compose import compose_params
from ccsi.config.overrides import in_shell
from ccsi.config.paths import CONF, project_root
from ccsi.frame.errors import CcsiError
from ccsi.study.space import DIGITS, Interval, SearchSpace, read_space, score_of

if TYPE_CHECKING:
    from optuna import Study, Trial

FAILURES = 3


@dataclass(frozen=True)
class Search:
    """A search file, for one task alone or for all."""

    file: Path
    space: SearchSpace
    task: str | None

    @property
    def name(self) -> str:
        """Of the storage, the table and the experiments."""
        return self.file.stem if self.task is None else f"{self.file.stem}-{self.task}"

    @property
    def table(self) -> Path:
        """The committed list of trials."""
        return self.file.with_name(f"{self.name}.trials.csv")


def run(
    file: Path, *, task: str | None, trials: int, jobs: int, worker: int | None, console: Console
) -> None:
    """Search until there are `trials` finished ones, earlier ones counted.

    worker: this process is the n-th of several. Raises CcsiError before anything runs where a
    value of the space is impossible, and where trials keep failing.
    """
    file = file.resolve()
    root = project_root(Path.cwd())
    with contextlib.chdir(root):
        search = Search(file, read_space(file, CONF, task=task), task)
        require_committed()
        with open_project(Path()) as repo:
            inputs = search_inputs(repo, search.space, task=task)
            commit = str(repo.scm.get_rev())[:7]
        known = open_trials(search.name, inputs, seed=worker or 0, commit=commit)
        if known.news:
            console.print(f"{file.name}: {known.news}", highlight=False)
        if jobs > 1 and worker is None:
            _start_workers(search, trials, jobs)
        else:
            _work(search, known, trials, root, console)
        known.write(search.table, list(search.space.space))
        if worker is None:
            _tell_best(search, known.study, console)


def _work(search: Search, known: Trials, trials: int, root: Path, console: Console) -> None:
    from optuna.exceptions import UpdateFinishedTrialError

    failures = 0
    with Worker(PLACE) as worker, Workplace(root, worker.workplace(search.name).resolve()) as place:
        while (trial := _next(known, worker, trials, console)) is not None:
            try:
                console.print(
                    _one(search, known.study, trial, place), highlight=False, markup=False
                )
                failures = 0
            except CcsiError as error:
                known.study.tell(trial, state=state("FAIL"))
                console.print(
                    f"trial {trial.number} failed: {error}", highlight=False, markup=False
                )
                failures += 1
                if failures == FAILURES:
                    raise
            except UpdateFinishedTrialError:
                told = f"trial {trial.number}: no sign of life for too long; another worker has it"
                console.print(told, highlight=False)
            except KeyboardInterrupt:
                known.study.tell(trial, state=state("FAIL"))
                raise CcsiError("interrupted; the same command goes on from here") from None
            known.write(search.table, list(search.space.space))


def _next(known: Trials, worker: Worker, trials: int, console: Console) -> Trial | None:
    trial, told = known.next(worker, trials)
    for line in told:
        console.print(line, highlight=False)
    return trial


def _one(search: Search, study: Study, trial: Trial, place: Workplace) -> str:
    """Run one trial to its end or until it is pruned; a line about it."""
    values = {key: _suggest(trial, key, told) for key, told in search.space.space.items()}
    overrides = search.space.trial_overrides(values, task=search.task)
    params = compose_params(CONF, overrides)
    tasks = list(params["tasks"]) if search.task is None else [search.task]
    found: list[float] = []
    for accuracy in place.accuracies(params, tasks):
        found.append(accuracy)
        trial.set_user_attr("accuracies", dict(zip(tasks, found, strict=False)))
        trial.report(score_of(search.space, found), step=len(found) - 1)
        if len(found) < len(tasks) and trial.should_prune():
            study.tell(trial, state=state("PRUNED"))
            return f"trial {trial.number}: pruned after {tasks[len(found) - 1]}: {_told(values)}"
    if search.task is None:  # a trial of one task has no results of a whole run to keep
        name = f"{search.name}-{trial.number}-{os.urandom(2).hex()}"
        place.keep(name, overrides)
        trial.set_user_attr("experiment", name)
    score = score_of(search.space, found)
    study.tell(trial, score)
    return f"trial {trial.number}: {score:.4f}: {_told(values)}"


def _suggest(trial: Trial, key: str, told: Interval | tuple[Any, ...]) -> Any:
    if not isinstance(told, Interval):
        return trial.suggest_categorical(key, list(told))
    if told.whole:
        return trial.suggest_int(key, int(told.low), int(told.high), log=told.log)
    return _rounded(trial.suggest_float(key, told.low, told.high, log=told.log))


def _rounded(value: Any) -> Any:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _start_workers(search: Search, trials: int, jobs: int) -> None:
    chosen = [] if search.task is None else ["--task", search.task]
    command = [sys.executable, "-m", "ccsi", "search", str(search.file), *chosen]
    workers = [
        subprocess.Popen([*command, "--trials", str(trials), "--worker", str(n)])
        for n in range(1, jobs + 1)
    ]
    failed = [worker for worker in workers if worker.wait()]
    if failed:
        raise CcsiError(f"{len(failed)} of {jobs} workers failed; see above")


def _tell_best(search: Search, study: Study, console: Console) -> None:
    complete = study.get_trials(deepcopy=False, states=(state("COMPLETE"),))
    console.print(f"{len(complete)} complete trials; all: {search.table}", highlight=False)
    if complete:
        best = study.best_trial
        values = {key: _rounded(value) for key, value in best.params.items()}
        varied = in_shell(search.space.trial_overrides(values, task=search.task)[-len(values) :])
        console.print(
            f"best on validation images: trial {best.number}, {best.value:.4f}; to keep it: "
            f"ccsi config {varied}",
            highlight=False,
        )


def _told(values: dict[str, Any]) -> str:
    return " ".join(f"{key}={value}" for key, value in values.items())
