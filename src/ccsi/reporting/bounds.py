"""Numbers of other runs to hold a run against: its lower and upper bound."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from ccsi.frame.artifacts import load_table
from ccsi.frame.errors import ArtifactError

COLUMNS = ("dataset", "split", "method", "seed", "task", "classes", "accuracy")

Place = tuple[str, str]
"""A task and how many classes were known after it, as a table has them."""


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

    record: the run's last evaluation record. path: CSV with the columns COLUMNS, one row for each
    task of a run; an empty file is the placeholder for "none". split: which images were read, test
    or val; those of the other are left out. classes: how many were known after the task. Methods
    with other tasks or numbers of classes divided the classes otherwise and are left out too.
    Raises ArtifactError where a column is missing or a number is none.
    """
    tasks = _classes_after(record)
    values: dict[str, dict[str, dict[Place, float]]] = defaultdict(lambda: defaultdict(dict))
    for line, row in enumerate(load_table(path), start=2):
        if not set(COLUMNS) <= set(row):
            raise ArtifactError(f"{path} must have the columns {', '.join(COLUMNS)}")
        if (row["dataset"], row["split"]) == (record["dataset"], record["split"]):
            place = (row["task"], row["classes"])
            values[row["method"]][row["seed"]][place] = _share(path, line, row["accuracy"])
    return [
        Bound(method, len(runs), _means(list(runs.values()), tasks))
        for method, runs in values.items()
        if all(list(run) == tasks for run in runs.values())
    ]


def _classes_after(record: Mapping[str, Any]) -> list[Place]:
    known = accumulate(len(task["class_ids"]) for task in record["tasks"])
    return [
        (str(task["task"]), str(count)) for task, count in zip(record["tasks"], known, strict=True)
    ]


def _means(runs: Sequence[Mapping[Place, float]], tasks: Sequence[Place]) -> dict[str, float]:
    return {place[0]: round(sum(run[place] for run in runs) / len(runs), 6) for place in tasks}


def _share(path: Path, line: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise ArtifactError(f"{path}, line {line}: accuracy {text!r} is no share in 0..1")
    return value
