"""Means over seeds, and paired tests over the seeds that two groups share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Spread:
    """std: the sample's standard deviation (n - 1), None for n = 1."""

    mean: float
    std: float | None
    n: int


@dataclass(frozen=True)
class Paired:
    """The difference to the baseline over n shared seeds, its 95 % interval and two p-values.

    None where it is not defined: fewer than two seeds, or differences that are all the same.
    """

    n: int
    difference: float
    low: float | None
    high: float | None
    p_t: float | None
    """Of the paired t-test, two-sided."""
    p_wilcoxon: float | None
    """Of Wilcoxon's signed-rank test, two-sided, differences of 0 left out; at least 2^(1-n)."""


def spread(values: Sequence[float]) -> Spread | None:
    """Mean and standard deviation; None of nothing."""
    if not values:
        return None
    std = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return Spread(float(np.mean(values)), std, len(values))


def paired(values: Mapping[int, float], baseline: Mapping[int, float]) -> Paired | None:
    """Compare two groups seed by seed; None where they share no seed."""
    from scipy import stats

    seeds = sorted(values.keys() & baseline.keys())
    if not seeds:
        return None
    differences = np.array([values[seed] - baseline[seed] for seed in seeds])
    mean = float(differences.mean())
    if len(seeds) < 2 or np.ptp(differences) <= 1e-12:
        return Paired(len(seeds), mean, None, None, None, None)
    test = stats.ttest_1samp(differences, 0.0)
    interval = test.confidence_interval(CONFIDENCE)
    ranks = stats.wilcoxon(differences)
    return Paired(
        len(seeds),
        mean,
        float(interval.low),
        float(interval.high),
        float(test.pvalue),
        float(ranks.pvalue),
    )


def intransigence(learned: Mapping[str, float], joint: Mapping[str, float]) -> dict[str, float]:
    """I_t = a^joint_{t,t} - a_{t,t} of each task that both have measured.

    a_{t,t} is the accuracy on task t's images just after task t, among all classes seen; joint is
    the run of the same seed that was trained on the images of all tasks so far (Chaudhry et al.,
    Riemannian walk for incremental learning, ECCV 2018).
    """
    both = [task for task in learned if task in joint]
    known = [t for t in both if not (math.isnan(learned[t]) or math.isnan(joint[t]))]
    return {task: joint[task] - learned[task] for task in known}
