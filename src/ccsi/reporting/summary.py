"""The metrics of a whole run: the content of reports/metrics.json."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ccsi.evaluation import metrics

Record = Mapping[str, Any]


def summarize_metrics(
    records: Sequence[Record], *, ece_calibrated: float | None = None
) -> dict[str, Any]:
    """Metrics from the evaluation records of one run, in task order; None where undefined.

    Undefined are: forgetting and backward transfer of a single task, or where a model made
    elsewhere was not tested after each of its tasks (they would be over fewer evaluations than in
    another run, and the best one may be missing); and what needs the images of a task that has
    none; such tasks stand in `unmeasured_tasks`. `complete` is False in the last two cases: the
    other numbers are then over the images and the evaluations that there are.
    ece_calibrated: the last evaluation's, with the probabilities that `ccsi predict` gives; all
    other values are of the probabilities as the network gives them.
    """
    last = records[-1]
    names = task_names(records)
    matrix = matrix_of(records)
    after = {record["task"]: record["accuracy"] for record in records}
    tested = len(records) == len(names)
    unmeasured = [name for name in names if any(name in r["unmeasured_tasks"] for r in records)]
    return {
        "accuracy": last["accuracy"],
        "balanced_accuracy": last["balanced_accuracy"],
        "average_incremental_accuracy": _number(
            metrics.average_incremental_accuracy(_with_nan(list(after.values())))
        ),
        "forgetting": _number(metrics.forgetting(matrix)) if tested else None,
        "backward_transfer": _number(metrics.backward_transfer(matrix)) if tested else None,
        "auc": last["auc"],
        "ece": last["ece"],
        "ece_calibrated": ece_calibrated,
        "accuracy_after": after,
        "accuracy_per_task": dict(zip(names, last["accuracy_per_task"], strict=True)),
        "complete": not unmeasured and tested,
        "unmeasured_tasks": unmeasured,
        "data_free": all(record["data_free"] for record in records),
        "grouped_split": all(r["grouped_split"] for r in records if r["n"]) and bool(last["n"]),
        "selection": ", ".join(sorted({record["selection"] for record in records})),
        "split": last["split"],
        "n_test": last["n"],
        "tasks": names,
        "classes": len(last["class_names"]),
        "dataset": last["dataset"],
        "method": last["method"],
        "seed": last["seed"],
    }


def matrix_of(records: Sequence[Record]) -> np.ndarray:
    """The accuracy matrix a[t, j], float64 [T, T], NaN where j > t or unmeasured.

    A run that went on from a model made elsewhere has no records of that model's earlier tasks.
    """
    before = len(records[-1]["tasks"]) - len(records)
    rows: list[list[float | None]] = [[None] * (t + 1) for t in range(before)]
    return metrics.accuracy_matrix(rows + [record["accuracy_per_task"] for record in records])


def forgetting_of(records: Sequence[Record]) -> np.ndarray:
    """Forgetting of every task but the last, float64 [T - 1]; NaN where it is not known.

    Of a model made elsewhere only the last evaluation is there: of the tasks before its last one
    the best accuracy is not known.
    """
    values = metrics.forgetting_per_task(matrix_of(records))
    values[: len(task_names(records)) - len(records)] = math.nan
    return values


def task_names(records: Sequence[Record]) -> list[str]:
    """The names of tasks 1..T."""
    return [str(task["task"]) for task in records[-1]["tasks"]]


def _with_nan(values: Sequence[float | None]) -> np.ndarray:
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)
