"""`ccsi search`: hyper-parameters by Optuna, each trial a cached run, on validation images only."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from ccsi.commands.study import require_committed
from ccsi.commands.trial import Workplace, alive
from ccsi.config.compose import compose_params
from ccsi.config.overrides import in_shell
from ccsi.config.paths import CONF, project_root
from ccsi.frame.artifacts import save_table
from ccsi.frame.errors import CcsiError, ParameterError
from ccsi.study.space import DIGITS, Interval, SearchSpace, read_space, score_of

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.trial import FrozenTrial

PLACE = Path(".ccsi/search")
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
        study = _open(search, seed=worker or 0)
        if worker is None:
            _take_up_abandoned(study)
        if jobs > 1 and worker is None:
            _start_workers(search, trials, jobs)
        else:
            _work(search, study, trials, root, console)
        _write(search, study)
        if worker is None:
            _tell_best(search, study, console)


def _open(search: Search, *, seed: int) -> Study:
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    from ccsi.study.pruning import MedianPruner

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    PLACE.mkdir(parents=True, exist_ok=True)
    journal = PLACE / f"{search.name}.journal"
    study = optuna.create_study(
        storage=JournalStorage(JournalFileBackend(str(journal))),
        study_name=search.name,
        direction="maximize",
        load_if_exists=True,
        pruner=MedianPruner(complete=5, steps=1),
    )
    if study.user_attrs.setdefault("space", search.space.digest) != search.space.digest:
        raise ParameterError(
            f"{search.file.name} has changed since its first trial, which cannot be compared with "
            f"new ones; give it another name, or start over: rm {journal}"
        )
    study.set_user_attr("space", search.space.digest)
    # Another seed for each worker and each resumption, or they would try the same values again.
    study.sampler = optuna.samplers.TPESampler(seed=seed + 1000 * len(study.trials))
    return study


def _work(search: Search, study: Study, trials: int, root: Path, console: Console) -> None:
    place = Workplace(root, PLACE.resolve() / f"{search.name}.{os.getpid()}")
    failures = 0
    try:
        while (trial := _next(search, study, trials)) is not None:
            try:
                console.print(_one(search, study, trial, place), highlight=False)
                failures = 0
            except CcsiError as error:
                study.tell(trial, state=_state("FAIL"))
                console.print(f"trial {trial.number} failed: {error}", highlight=False)
                failures += 1
                if failures == FAILURES:
                    raise
            except KeyboardInterrupt:
                study.tell(trial, state=_state("FAIL"))
                raise CcsiError("interrupted; the same command goes on from here") from None
            _write(search, study)
    finally:
        place.remove()


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
            study.tell(trial, state=_state("PRUNED"))
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


def _next(search: Search, study: Study, trials: int) -> Trial | None:
    """The next trial, None where there are enough; one worker asks at a time."""
    with _lock(PLACE / f"{search.name}.lock"):
        if len([t for t in study.get_trials(deepcopy=False) if t.state.name in _COUNTED]) >= trials:
            return None
        trial = study.ask()
        trial.set_user_attr("worker", f"{socket.gethostname()}:{os.getpid()}")
        return trial


_COUNTED = ("COMPLETE", "PRUNED", "RUNNING")


def _take_up_abandoned(study: Study) -> None:
    """Trials whose worker was killed are given up and asked again, with the same values."""
    for trial in study.get_trials(deepcopy=False, states=(_state("RUNNING"),)):
        host, _, process = str(trial.user_attrs.get("worker", "")).partition(":")
        if host == socket.gethostname() and not alive(int(process)):
            study.tell(trial.number, state=_state("FAIL"))
            study.enqueue_trial(trial.params)


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


def _write(search: Search, study: Study) -> None:
    """Every trial so far, in one table."""
    trials = study.get_trials(deepcopy=False)
    keys = list(search.space.space)
    tasks = dict.fromkeys(t for trial in trials for t in trial.user_attrs.get("accuracies", {}))
    columns = ["trial", "state", "score", *keys, *(f"accuracy.{t}" for t in tasks), "experiment"]
    with _lock(PLACE / f"{search.name}.lock"):
        save_table(search.table, [_row(trial) for trial in trials], columns=columns)


def _row(trial: FrozenTrial) -> dict[str, Any]:
    after = trial.user_attrs.get("accuracies", {})
    return {
        "trial": trial.number,
        "state": trial.state.name.lower(),
        "score": trial.value if trial.state.name == "COMPLETE" else None,
        **trial.params,
        **{f"accuracy.{task}": value for task, value in after.items()},
        "experiment": trial.user_attrs.get("experiment"),
    }


def _tell_best(search: Search, study: Study, console: Console) -> None:
    complete = study.get_trials(deepcopy=False, states=(_state("COMPLETE"),))
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


def _state(name: str) -> Any:
    from optuna.trial import TrialState

    return TrialState[name]


def _told(values: dict[str, Any]) -> str:
    return " ".join(f"{key}={value}" for key, value in values.items())


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
