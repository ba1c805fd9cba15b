"""Metrics of class-incremental learning, as pure functions of arrays.

Notation: a[t, j] is the accuracy on the images of task j of the model after task t, among all
classes seen by then; T is the number of tasks. A value that cannot be computed (an old task without
images, a single task) is NaN and is left out of means; a mean over nothing is NaN.
Sources: Chaudhry et al., ECCV 2018 (forgetting); Lopez-Paz and Ranzato, NeurIPS 2017 (backward
transfer); Rebuffi et al., CVPR 2017 (average incremental accuracy).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

WILSON_Z = 1.959963984540054
"""The standard normal's 97.5 % point: two-sided intervals of 95 %."""


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, classes: int) -> np.ndarray:
    """Counts int64 [K, K]: row = true class, column = predicted class; both int [N] in 0..K-1."""
    cells = labels.astype(np.int64) * classes + predictions.astype(np.int64)
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def accuracy(labels: np.ndarray, predictions: np.ndarray) -> float:
    """Share in [0, 1] of the images whose predicted class is the true one; NaN without images."""
    return float(np.mean(labels == predictions)) if len(labels) else math.nan


def accuracy_per_task(
    labels: np.ndarray, predictions: np.ndarray, tasks: np.ndarray, count: int
) -> np.ndarray:
    """One row of a: float64 [count], from the task index int [N] of every image."""
    return np.array([accuracy(labels[tasks == j], predictions[tasks == j]) for j in range(count)])


def recall_per_class(confusion: np.ndarray) -> np.ndarray:
    """Share of each true class that was recognised, float64 [K]; NaN for a class without images."""
    support = confusion.sum(axis=1)
    hits = np.diagonal(confusion).astype(np.float64)
    recall = np.full(len(support), math.nan)
    np.divide(hits, support, out=recall, where=support > 0)
    return recall


def balanced_accuracy(confusion: np.ndarray) -> float:
    """Mean recall over the classes that have images."""
    return defined_mean(recall_per_class(confusion))


def accuracy_matrix(rows: Sequence[Sequence[float | None]]) -> np.ndarray:
    """a as float64 [T, T] from its rows (row t holds tasks 0..t, None = unmeasured); NaN elsewhere.

    Raises ValueError where row t does not hold t + 1 values.
    """
    matrix = np.full((len(rows), len(rows)), math.nan)
    for t, row in enumerate(rows):
        if len(row) != t + 1:
            raise ValueError(f"row {t} of the accuracy matrix holds {len(row)} values, not {t + 1}")
        matrix[t, : t + 1] = [math.nan if value is None else value for value in row]
    return matrix


def average_incremental_accuracy(accuracies: Sequence[float] | np.ndarray) -> float:
    """Mean over t of the accuracy after task t."""
    return defined_mean(np.asarray(accuracies, dtype=np.float64))


def forgetting_per_task(matrix: np.ndarray) -> np.ndarray:
    """max over t < T of a[t, j], minus a[T, j], for every task j < T: float64 [T - 1].

    Below 0 where the last model is the best on task j.
    """
    before = np.where(np.isnan(matrix[:-1, :-1]), -math.inf, matrix[:-1, :-1])
    best = before.max(axis=0, initial=-math.inf)
    return np.where(np.isinf(best), math.nan, best - matrix[-1, :-1])


def forgetting(matrix: np.ndarray) -> float:
    """Mean of `forgetting_per_task`; NaN for a single task."""
    return defined_mean(forgetting_per_task(matrix))


def backward_transfer(matrix: np.ndarray) -> float:
    """Mean over j < T of a[T, j] - a[j, j]; NaN for a single task."""
    return defined_mean(matrix[-1, :-1] - np.diagonal(matrix)[:-1])


def wilson_interval(hits: int, total: int) -> tuple[float, float]:
    """95 % score interval of a share (Wilson, JASA 1927); (NaN, NaN) without images."""
    if total == 0:
        return math.nan, math.nan
    share, z2 = hits / total, WILSON_Z**2
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    spread = math.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    half = WILSON_Z / (1 + z2 / total) * spread
    # At 0 and n hits the interval ends exactly there; rounding must not push the share outside it.
    return min(max(0.0, centre - half), share), max(min(1.0, centre + half), share)


def defined_mean(values: np.ndarray) -> float:
    """Mean of the values that are not NaN; NaN where there are none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else math.nan
