"""What normal noise on a mean guarantees: (epsilon, delta) differential privacy."""

from __future__ import annotations

import math

from scipy.optimize import brentq
from scipy.special import log_ndtr
from scipy.stats import norm

MOST = 1e6
"""An epsilon beyond this guarantees nothing, and is not looked for."""


def mean_sensitivity(*, pixels: int, count: int) -> float:
    """Largest Euclidean change of a mean of `count` images of values in [0, 1] where one of them is
    exchanged: sqrt(pixels) / count. pixels: height * width * channels.
    """
    return math.sqrt(pixels) / count


def delta_of(epsilon: float, *, sensitivity: float, noise: float) -> float:
    """The smallest delta for which noise of that standard deviation is (epsilon, delta) private.

    Phi(D / 2s - e s / D) - exp(e) Phi(-D / 2s - e s / D), D the sensitivity, s the noise: exact,
    and for every epsilon >= 0. Balle and Wang, "Improving the Gaussian Mechanism for Differential
    Privacy", ICML 2018, Theorem 8.
    """
    ratio = sensitivity / noise
    left, right = ratio / 2 - epsilon / ratio, -ratio / 2 - epsilon / ratio
    return float(norm.cdf(left) - math.exp(min(0.0, epsilon + float(log_ndtr(right)))))


def epsilon_of(*, sensitivity: float, noise: float, delta: float) -> float:
    """The smallest epsilon that noise of that standard deviation guarantees; infinite without.

    delta: in (0, 1).
    """
    if noise <= 0:
        return math.inf
    if delta_of(0.0, sensitivity=sensitivity, noise=noise) <= delta:
        return 0.0

    def excess(epsilon: float) -> float:
        return delta_of(epsilon, sensitivity=sensitivity, noise=noise) - delta

    high = 1.0
    while excess(high) > 0:
        high *= 2
        if high > MOST:
            return math.inf
    return float(brentq(excess, 0.0, high, xtol=1e-9))
