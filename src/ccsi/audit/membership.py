"""How well a score tells training images from others: the outcome of a membership attack."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score

from ccsi.evaluation.metrics import WILSON_Z
from ccsi.evaluation.uncertainty import auc_error

FALSE_POSITIVES = 0.01


@dataclass(frozen=True)
class Attack:
    """auc, 1/2 where nothing is told, with its 95 % interval (DeLong et al., 1988); tpr: the share
    of members found at 1 % false positives, with its exact 95 % interval (Clopper and Pearson,
    1934); fpr: the share of false positives really reached, at most 1 %.
    """

    auc: float
    auc_low: float
    auc_high: float
    tpr: float
    tpr_low: float
    tpr_high: float
    fpr: float
    n_members: int
    n_held: int


def judge_attack(members: NDArray[np.float64], held: NDArray[np.float64]) -> Attack:
    """The outcome for scores of members [m] and of held-out images [h]; higher says member.

    TPR at a low FPR: Carlini et al., "Membership Inference Attacks From First Principles", S&P
    2022. The threshold is a score of a held-out image: of fewer than 100 of them none may pass.
    """
    scores = np.concatenate([members, held])
    labels = np.repeat([1, 0], [len(members), len(held)])
    auc = float(roc_auc_score(labels, scores))
    error = auc_error(np.stack([-scores, scores], axis=1), labels)
    allowed = math.floor(FALSE_POSITIVES * len(held))
    threshold = np.sort(held)[::-1][allowed]
    found = int((members > threshold).sum())
    interval = binomtest(found, len(members)).proportion_ci(0.95, method="exact")
    return Attack(
        auc=auc,
        auc_low=max(0.0, auc - WILSON_Z * error),
        auc_high=min(1.0, auc + WILSON_Z * error),
        tpr=found / len(members),
        tpr_low=float(interval.low),
        tpr_high=float(interval.high),
        fpr=float((held > threshold).mean()),
        n_members=len(members),
        n_held=len(held),
    )
