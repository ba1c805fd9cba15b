"""Area under the ROC curve, as MedMNIST reports it."""

from __future__ import annotations

import math

import numpy as np

from ccsi.evaluation.metrics import defined_mean


def one_vs_rest_auc(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Mean over classes of the AUC of "class c against the rest", in [0, 1].

    probabilities: float [N, K]; labels: int [N] in 0..K-1. This is the convention of MedMNIST's
    evaluator for multi-class sets (Yang et al., Scientific Data 2023): every class weighs the same.
    A class that has no image, or all of them, has no AUC and is left out (MedMNIST's evaluator
    fails there); NaN if that leaves none.
    """
    return defined_mean(
        np.array([_auc(labels == c, probabilities[:, c]) for c in range(probabilities.shape[1])])
    )


def _auc(positive: np.ndarray, score: np.ndarray) -> float:
    """The probability that a positive scores higher than a negative, ties counted half: the
    Mann-Whitney statistic from mid-ranks. scikit-learn's takes longer to import than all of them
    to evaluate.
    """
    if positive.all() or not positive.any():
        return math.nan
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    n = int(positive.sum())
    wins = float(ranks[positive].sum()) - n * (n + 1) / 2
    return wins / (n * (len(positive) - n))
