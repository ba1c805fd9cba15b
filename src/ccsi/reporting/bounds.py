"""Numbers of other runs to hold a run against: its lower and upper bound."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccsi.artifacts import load_table
from ccsi.errors import ArtifactError

COLUMNS = ("dataset", "method", "seed", "task", "accuracy")


@dataclass(frozen=True)
class Bound:
    """Accuracy after each task of another method, as the mean over `runs` runs."""

    method: str
    runs: int
    accuracy_after: Mapping[str, float]

    @property
    def label(self) -> str:
        """`joint, mean of 3`."""
        return self.method if self.runs == 1 else f"{self.method}, mean of {self.runs}"


def load_bounds(path: Path, record: Mapping[str, Any]) -> list[Bound]:
    """The methods that `path` has numbers of for a run's data set and tasks, in its order.

    record: the run's last evaluation record. path: CSV with the columns dataset, method, seed,
    task, accuracy, one row for each task of a run; an empty file is the placeholder for "none".
    Methods that lack one of the tasks, or have others, were run on another split and are left out.
    Raises ArtifactError where a column is missing or a number is none.
    """
    tasks = [str(task["task"]) for task in record["tasks"]]
    values: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for line, row in enumerate(load_table(path), start=2):
        if not set(COLUMNS) <= set(row):
            raise ArtifactError(f"{path} must have the columns {', '.join(COLUMNS)}")
        if row["dataset"] == record["dataset"]:
            values[row["method"]][row["seed"]][row["task"]] = _share(path, line, row["accuracy"])
    return [
        Bound(method, len(runs), _means(list(runs.values()), tasks))
        for method, runs in values.items()
        if all(list(run) == tasks for run in runs.values())
    ]


def _means(runs: Sequence[Mapping[str, float]], tasks: Sequence[str]) -> dict[str, float]:
    return {task: round(sum(run[task] for run in runs) / len(runs), 6) for task in tasks}


def _share(path: Path, line: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise ArtifactError(f"{path}, line {line}: accuracy {text!r} is no share in 0..1")
    return value
