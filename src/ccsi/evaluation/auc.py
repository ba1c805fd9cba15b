"""Area under the ROC curve, as MedMNIST reports it."""

from __future__ import annotations

import math

import numpy as np
from sklearn.metrics import roc_auc_score

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
    if positive.all() or not positive.any():
        return math.nan
    return float(roc_auc_score(positive, score))
