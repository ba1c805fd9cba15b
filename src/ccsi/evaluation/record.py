"""The evaluation record: everything that one model's predictions say, ready for JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from ccsi.evaluation import metrics
from ccsi.evaluation.auc import one_vs_rest_auc
from ccsi.evaluation.calibration import expected_calibration_error, reliability_table
from ccsi.evaluation.uncertainty import (
    auc_error,
    balanced_accuracy_error,
    calibration_error_error,
)
from ccsi.frame.errors import ArtifactError

DIGITS = 6
"""Decimals kept in a record: far below what one image changes, and stable to read and compare."""


@dataclass(frozen=True)
class SeenTask:
    """One task among those seen so far."""

    task: str
    class_ids: tuple[int, ...]
    class_names: tuple[str, ...]


@dataclass(frozen=True)
class Circumstances:
    """What a reader must know to judge the numbers."""

    dataset: str
    method: str
    seed: int
    split: Literal["test", "val"]
    """Which images were read."""
    selection: str
    """How the kept epoch was chosen: "last", or "best" on what the task itself may read."""
    data_free: bool
    """No image of an old task was read in learning."""
    grouped_split: bool
    """No patient (or slide) has images in two splits; False also where groups are unknown."""
    model_sha256: str
    """Of the model's file."""


def evaluate(
    probabilities: np.ndarray,
    labels: np.ndarray,
    tasks: np.ndarray,
    *,
    seen: Sequence[SeenTask],
    circumstances: Circumstances,
    bins: int,
) -> dict[str, Any]:
    """The record of the model after the last task of `seen`.

    probabilities: float [N, K], rows sum to 1, K = number of seen classes; labels: int [N] in
    0..K-1; tasks: int [N], the index in `seen` of the task that holds the label's class. A task
    without images has accuracy None and stands in `unmeasured_tasks`; values that need what is
    missing are None. Raises ArtifactError where the arrays do not fit together.
    """
    _check(probabilities, labels, tasks, seen)
    names = [name for task in seen for name in task.class_names]
    predictions = probabilities.argmax(axis=1)
    confusion = metrics.confusion_matrix(labels, predictions, len(names))
    table = reliability_table(probabilities, labels, bins)
    per_task = metrics.accuracy_per_task(labels, predictions, tasks, len(seen))
    return {
        "task": seen[-1].task,
        "tasks": [{key: _plain(value) for key, value in asdict(task).items()} for task in seen],
        "class_names": names,
        **asdict(circumstances),
        "n": len(labels),
        "n_per_task": np.bincount(tasks, minlength=len(seen)).tolist(),
        "accuracy": _number(metrics.accuracy(labels, predictions)),
        "accuracy_per_task": [_number(value) for value in per_task],
        "balanced_accuracy": _number(metrics.balanced_accuracy(confusion)),
        "auc": _number(one_vs_rest_auc(probabilities, labels)),
        "ece": _number(expected_calibration_error(table)),
        "standard_errors": {
            "balanced_accuracy": _number(balanced_accuracy_error(confusion)),
            "auc": _number(auc_error(probabilities, labels)),
            "ece": _number(calibration_error_error(probabilities, labels, table)),
        },
        "support": confusion.sum(axis=1).tolist(),
        "recall": _recall(confusion, names),
        "confusion": confusion.tolist(),
        "reliability": [
            {key: _number(value) for key, value in asdict(row).items()} for row in table
        ],
        "unmeasured_tasks": [seen[j].task for j in range(len(seen)) if math.isnan(per_task[j])],
    }


def _recall(confusion: np.ndarray, names: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    for c, recall in enumerate(metrics.recall_per_class(confusion)):
        support = int(confusion[c].sum())
        low, high = metrics.wilson_interval(int(confusion[c, c]), support)
        values = {"recall": _number(recall), "low": _number(low), "high": _number(high)}
        rows.append({"class_id": c, "class_name": names[c], "support": support, **values})
    return rows


def _plain(value: str | tuple[Any, ...]) -> str | list[Any]:
    return value if isinstance(value, str) else list(value)


def _number(value: float) -> float | int | None:
    if isinstance(value, int):
        return value
    return None if math.isnan(value) else round(float(value), DIGITS)


def _check(
    probabilities: np.ndarray, labels: np.ndarray, tasks: np.ndarray, seen: Sequence[SeenTask]
) -> None:
    classes = [c for task in seen for c in task.class_ids]
    fault = ""
    if not seen or classes != list(range(len(classes))):
        fault = f"class ids must be 0..K-1 in the order of the tasks, found {classes}"
    elif any(len(task.class_ids) != len(task.class_names) for task in seen):
        fault = "every class needs a name"
    elif probabilities.ndim != 2 or probabilities.shape[1] != len(classes):
        fault = f"expected probabilities [N, {len(classes)}], found {list(probabilities.shape)}"
    elif not len(probabilities) == len(labels) == len(tasks):
        fault = f"{len(probabilities)} predictions, {len(labels)} labels, {len(tasks)} task indices"
    elif not np.allclose(probabilities.sum(axis=1), 1.0, atol=1e-3):  # NaN fails here too
        fault = "some probabilities do not sum to 1 (a diverged model?)"
    elif len(labels) and not (labels.min() >= 0 and labels.max() < len(classes)):
        fault = f"labels lie outside 0..{len(classes) - 1}"
    else:
        owner = np.repeat(np.arange(len(seen)), [len(task.class_ids) for task in seen])
        if not np.array_equal(owner[labels], tasks):
            fault = "some labels belong to another task than their task index says"
    if fault:
        raise ArtifactError(f"cannot evaluate {seen[-1].task if seen else 'nothing'}: {fault}")
