"""Which images a reader is shown: the first of each class, and the most confident mistakes."""

from __future__ import annotations

import numpy as np


def first_of_each_class(labels: np.ndarray, count: int) -> np.ndarray:
    """Rows int64 of the first `count` images of every class, by class, in the given order.

    labels: int [N]. The first, not the nicest: nothing is picked by its looks.
    """
    rows = [np.flatnonzero(labels == c)[:count] for c in np.unique(labels)]
    return np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)


def confident_mistakes(probabilities: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """Rows int64 of at most `count` wrongly classified images, the most confident first.

    probabilities: float [N, K]; labels: int [N]. Equal confidences keep the images' order.
    """
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    order = np.argsort(-probabilities[wrong].max(axis=1, initial=0.0), kind="stable")
    rows: np.ndarray = wrong[order[:count]]
    return rows
