"""Does a confidence of 0.8 mean 80 % correct? Reliability table and expected calibration error.

In NumPy because the table and the error are the same sums: torchmetrics returns the error alone.
The tests hold the error against torchmetrics' `multiclass_calibration_error(norm="l1")`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ReliabilityBin:
    """The images whose highest probability lies in [low, high); the last bin includes 1."""

    low: float
    high: float
    count: int
    confidence: float
    """Mean highest probability, NaN where the bin is empty."""
    accuracy: float
    """Share of correct predictions, NaN where the bin is empty."""


def reliability_table(
    probabilities: np.ndarray, labels: np.ndarray, bins: int
) -> list[ReliabilityBin]:
    """Bins of equal width over [0, 1]. probabilities: float [N, K]; labels: int [N]."""
    confidence = probabilities.max(axis=1).astype(np.float64)
    correct = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    edges = np.linspace(0.0, 1.0, bins + 1)
    place = np.clip(np.searchsorted(edges, confidence, side="right") - 1, 0, bins - 1)
    count = np.bincount(place, minlength=bins)
    sums = (np.bincount(place, weights=w, minlength=bins) for w in (confidence, correct))
    mean_confidence, share = (_per_image(total, count) for total in sums)
    return [
        ReliabilityBin(
            low=float(edges[b]),
            high=float(edges[b + 1]),
            count=int(count[b]),
            confidence=float(mean_confidence[b]),
            accuracy=float(share[b]),
        )
        for b in range(bins)
    ]


def temperature_scaled(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """softmax(log p / T) of probabilities p [N, K], which is softmax(logits / T); T >= 1."""
    grown = np.asarray(probabilities, dtype=np.float64) ** (1 / temperature)
    return np.asarray(grown / grown.sum(axis=1, keepdims=True))


def expected_calibration_error(table: Sequence[ReliabilityBin]) -> float:
    """Mean |accuracy - confidence| over images, in [0, 1] (Guo et al., ICML 2017); NaN if none."""
    total = sum(row.count for row in table)
    if total == 0:
        return math.nan
    return sum(row.count * abs(row.accuracy - row.confidence) for row in table if row.count) / total


def _per_image(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    means = np.full(len(count), math.nan)
    np.divide(total, count, out=means, where=count > 0)
    return means
