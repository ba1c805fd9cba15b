"""How far a metric may lie from what endless test images would give: standard errors.

Shares have Wilson's interval (metrics.wilson_interval). What is no share has a standard error, and
the value plus and minus WILSON_Z of it is an interval of 95 %, as far as it is normal. All are over
the draw of test images of a fixed model; another seed may give more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ccsi.evaluation import metrics

if TYPE_CHECKING:
    from ccsi.evaluation.calibration import ReliabilityBin

CHUNK = 50
"""Resamples drawn at once, which bounds the memory."""


def balanced_accuracy_error(confusion: np.ndarray) -> float:
    """Standard error of the mean recall: sqrt(sum_c r_c (1 - r_c) / n_c) / K; NaN without images.

    confusion: counts [K, K], row = true class. Classes without images are left out.
    """
    support = confusion.sum(axis=1)
    known = support > 0
    if not known.any():
        return math.nan
    recall = np.diagonal(confusion)[known] / support[known]
    return math.sqrt(float((recall * (1 - recall) / support[known]).sum())) / int(known.sum())


def auc_error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Standard error of the mean one-vs-rest AUC (DeLong et al., Biometrics 1988).

    probabilities: float [N, K]; labels: int [N]. An image's influence on the AUC of class c is how
    far its placement among the other side's scores lies from the AUC, over its side's share of the
    images; influences are averaged over classes, so that their covariance counts. NaN where no
    class has an AUC.
    """
    influences = [
        _auc_influence(probabilities[:, c], labels == c)
        for c in range(probabilities.shape[1])
        if 0 < int((labels == c).sum()) < len(labels)
    ]
    if not influences:
        return math.nan
    return float(np.mean(influences, axis=0).std()) / math.sqrt(len(labels))


def calibration_error_error(
    probabilities: np.ndarray, labels: np.ndarray, table: Sequence[ReliabilityBin]
) -> float:
    """Standard error of the expected calibration error by the delta method; NaN without images.

    In a bin, |accuracy - confidence| moves with correct_i - confidence_i, with the sign that the
    bin has. Too small where a bin's gap is near 0, for there the sign itself is uncertain.
    """
    if not len(labels):
        return math.nan
    confidence = probabilities.max(axis=1).astype(np.float64)
    gap = (probabilities.argmax(axis=1) == labels) - confidence
    edges = np.array([row.low for row in table])
    place = np.searchsorted(edges, confidence, side="right") - 1
    sign = np.sign([row.accuracy - row.confidence if row.count else 0.0 for row in table])
    return float((sign[place] * gap).std()) / math.sqrt(len(labels))


@dataclass(frozen=True)
class RunErrors:
    """Standard errors of the metrics of a whole run; NaN where the metric is."""

    average_incremental_accuracy: float
    forgetting: float
    backward_transfer: float


def run_errors(
    hits: Sequence[Sequence[np.ndarray]], *, generator: np.random.Generator, resamples: int = 500
) -> RunErrors:
    """Standard errors by the bootstrap over test images, within each task (Efron, 1979).

    hits[t][j]: bool [n_j], whether the model after task t is right on the images of task j, for
    j <= t; the same images in the same order for every t, so that models are compared on the same
    resample. An empty array is a task without images.
    """
    sizes = np.array([len(row) for row in hits[-1]], dtype=np.float64)
    matrices = np.full((resamples, len(hits), len(hits)), math.nan)
    for j, n in enumerate(sizes.astype(int)):
        if n:
            right = np.stack([row[j] for row in hits[j:]]).astype(np.float32)
            matrices[:, j:, j] = _resampled_means(right, generator, resamples).T
    weights = np.where(np.isnan(matrices), 0.0, sizes)
    after = np.nansum(matrices * sizes, axis=2) / weights.sum(axis=2).clip(min=1)
    columns = (
        after.mean(axis=1),
        np.array([metrics.forgetting(matrix) for matrix in matrices]),
        np.array([metrics.backward_transfer(matrix) for matrix in matrices]),
    )
    return RunErrors(*(float(np.std(column)) for column in columns))


def _resampled_means(
    right: np.ndarray, generator: np.random.Generator, resamples: int
) -> np.ndarray:
    """Means [rows, resamples] of right [rows, n] over n images drawn with replacement."""
    n, parts = right.shape[1], []
    for first in range(0, resamples, CHUNK):
        drawn = generator.integers(0, n, (min(CHUNK, resamples - first), n))
        parts.append(right[:, drawn].mean(axis=2))
    return np.concatenate(parts, axis=1)


def _auc_influence(score: np.ndarray, positive: np.ndarray) -> np.ndarray:
    above, below = np.sort(score[positive]), np.sort(score[~positive])
    influence = np.empty(len(score))
    placed = _share_below(below, score[positive])
    influence[positive] = (placed - placed.mean()) / positive.mean()
    placed = 1 - _share_below(above, score[~positive])
    influence[~positive] = (placed - placed.mean()) / (~positive).mean()
    return influence


def _share_below(ordered: np.ndarray, values: np.ndarray) -> np.ndarray:
    """For each value the share of `ordered` that is smaller; ties count half."""
    left, right = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
    share: np.ndarray = (left + right) / (2 * len(ordered))
    return share
