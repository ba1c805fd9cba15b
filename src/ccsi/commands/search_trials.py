"""The trials of a search, in one Optuna journal that its workers share."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccsi.commands.search_inputs import SearchInputs, what_changed
from ccsi.commands.search_worker import Worker
from ccsi.frame.artifacts import save_table

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.storages import JournalStorage
    from optuna.trial import FrozenTrial

PLACE = Path(".ccsi/search")
TRIES = 3
"""How often a trial whose worker is killed is tried: its values may be what kills (memory)."""

_COUNTED = ("COMPLETE", "PRUNED", "RUNNING")


@dataclass
class Trials:
    """One study for each state of code, settings and images; earlier ones are kept beside it.

    name: of the search; study: the present one; news: a line where earlier trials are not used.
    """

    name: str
    study: Study
    news: str | None

    def next(self, worker: Worker, trials: int) -> tuple[Trial | None, list[str]]:
        """The next trial, None where there are enough, and what there is to tell of dead workers.

        One worker asks at a time.
        """
        with self._lock():
            told = [
                line for study in self._studies() for line in _take_up(study, worker, self.name)
            ]
            known = self.study.get_trials(deepcopy=False)
            if len([trial for trial in known if trial.state.name in _COUNTED]) >= trials:
                return None, told
            trial = self.study.ask()
            trial.set_user_attr("worker", worker.name)
            return trial, told

    def write(self, table: Path, keys: Sequence[str]) -> None:
        """Every trial so far, those of earlier code first, in one table."""
        with self._lock():
            rows = [
                _row(study, trial)
                for study in self._studies()
                for trial in study.get_trials(deepcopy=False)
            ]
            varied = dict.fromkeys([*keys, *(k for row in rows for k in row["values"])])
            tasks = dict.fromkeys(task for row in rows for task in row["accuracies"])
            columns = ["study", "commit", "trial", "state", "score", *varied]
            columns += [*(f"accuracy.{task}" for task in tasks), "experiment"]
            save_table(table, [_flat(row) for row in rows], columns=columns)

    def _studies(self) -> list[Study]:
        """In the order in which they began."""
        import optuna

        storage = _storage(self.name)
        names = [study.study_name for study in storage.get_all_studies()]
        return [optuna.load_study(study_name=name, storage=storage) for name in names]

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        with (PLACE / f"{self.name}.lock").open("a") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield


def open_trials(name: str, inputs: SearchInputs, *, seed: int, commit: str) -> Trials:
    """Of a search by its name: the study of these inputs, begun where there is none yet."""
    import optuna

    from ccsi.study.pruning import MedianPruner

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    PLACE.mkdir(parents=True, exist_ok=True)
    storage = _storage(name)
    earlier = [study for study in storage.get_all_studies() if study.direction is not None]
    own = f"{name}-{inputs.digest}"
    news = None
    if earlier and own not in [study.study_name for study in earlier]:
        count = sum(len(storage.get_all_trials(study._study_id)) for study in earlier)
        news = _news(earlier[-1].user_attrs, inputs, count)
    study = optuna.create_study(
        storage=storage,
        study_name=own,
        direction="maximize",
        load_if_exists=True,
        pruner=MedianPruner(complete=5, steps=1),
    )
    told = {"space": inputs.space, "files": dict(inputs.files), "commit": commit}
    for key, value in told.items():
        if key not in study.user_attrs:
            study.set_user_attr(key, value)
    # Another seed for each worker and each resumption, or they would try the same values again.
    study.sampler = optuna.samplers.TPESampler(seed=seed + 1000 * len(study.trials))
    return Trials(name, study, news)


def state(name: str) -> Any:
    """Optuna's trial state of this name."""
    from optuna.trial import TrialState

    return TrialState[name]


def _news(before: Mapping[str, Any], inputs: SearchInputs, count: int) -> str:
    changed = "the search file"
    if before.get("space") == inputs.space:
        changed = what_changed(before.get("files", {}), inputs.files)
    return (
        f"changed since the last trials: {changed}; the {count} earlier trials cannot be compared "
        "with new ones and are not counted: a study of its own begins"
    )


def _take_up(study: Study, worker: Worker, search: str) -> list[str]:
    """Trials whose worker was killed are given up and asked again, with the same values."""
    told = []
    for trial in study.get_trials(deepcopy=False, states=(state("RUNNING"),)):
        # A trial gets its worker under the lock that is held now: one without has lost it.
        owner = str(trial.user_attrs.get("worker", ""))
        if owner and not worker.is_dead(owner):
            continue
        tries = int(trial.user_attrs.get("tries", 1))
        study.tell(trial.number, state=state("FAIL"))
        if owner:
            worker.bury(owner, search)
        if tries < TRIES:
            study.enqueue_trial(trial.params, user_attrs={"tries": tries + 1})
        again = "tried again" if tries < TRIES else f"given up, as it was the {TRIES} times before"
        told.append(f"trial {trial.number}: its worker was killed; {again}")
    return told


def _row(study: Study, trial: FrozenTrial) -> dict[str, Any]:
    return {
        "study": study.study_name.rpartition("-")[2][:7],
        "commit": study.user_attrs.get("commit"),
        "trial": trial.number,
        "state": trial.state.name.lower(),
        "score": trial.value if trial.state.name == "COMPLETE" else None,
        "values": trial.params,
        "accuracies": trial.user_attrs.get("accuracies", {}),
        "experiment": trial.user_attrs.get("experiment"),
    }


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in row.items() if key not in ("values", "accuracies")}
    after = {f"accuracy.{task}": value for task, value in row["accuracies"].items()}
    return {**kept, **row["values"], **after}


def _storage(name: str) -> JournalStorage:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    return JournalStorage(JournalFileBackend(str(PLACE / f"{name}.journal")))
