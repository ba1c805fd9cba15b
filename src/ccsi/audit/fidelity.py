"""How near synthetic images come to real ones, in the features of some network."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import pairwise_distances
from sklearn.metrics.pairwise import polynomial_kernel

Features = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A value and its standard error; both NaN where there are too few images."""

    value: float
    error: float


def kernel_distance(real: Features, synthetic: Features) -> Estimate:
    """KID: the unbiased squared MMD under k(x, y) = (x.y / d + 1)^3, with its jackknife error.

    real: [m, d], synthetic: [n, d], each at least 3 images. It may be negative. Binkowski et al.,
    "Demystifying MMD GANs", ICLR 2018; the error leaves out one image of either side at a time
    (Arvesen, 1969), for subsets drawn from few images overlap and their spread says little.
    """
    m, n = len(real), len(synthetic)
    if min(m, n) < 3:
        return Estimate(math.nan, math.nan)
    own, other = _kernel(real, real), _kernel(synthetic, synthetic)
    between = _kernel(real, synthetic)
    a = own.sum(axis=1) - own.diagonal()
    b = other.sum(axis=1) - other.diagonal()
    total = float(between.sum())
    value = _mmd(a.sum(), b.sum(), total, m, n)
    without_real = _mmd(a.sum() - 2 * a, b.sum(), total - between.sum(axis=1), m - 1, n)
    without_other = _mmd(a.sum(), b.sum() - 2 * b, total - between.sum(axis=0), m, n - 1)
    variance = (m - 1) * np.var(without_real) + (n - 1) * np.var(without_other)
    return Estimate(float(value), math.sqrt(float(variance)))


def density_coverage(
    real: Features, synthetic: Features, *, neighbours: int
) -> tuple[float, float]:
    """Density (about 1 for equal distributions) and coverage (in [0, 1]); NaN for too few images.

    With B_j the ball around real image j that reaches its k-th nearest other real image:
    density = 1 / (k n) sum_ij [synthetic i in B_j], coverage = the share of the B_j that hold a
    synthetic image. Naeem et al., "Reliable Fidelity and Diversity Metrics for Generative Models",
    ICML 2020.
    """
    if len(real) <= neighbours or not len(synthetic):
        return math.nan, math.nan
    among = pairwise_distances(real)
    radius = np.partition(among, neighbours, axis=1)[:, neighbours]  # place 0 is the image itself
    inside = pairwise_distances(real, synthetic) <= radius[:, None]
    density = float(inside.sum()) / (neighbours * len(synthetic))
    return density, float(inside.any(axis=1).mean())


def diversity(features: Features) -> float:
    """Mean Euclidean distance of two different images [n, d]; NaN for fewer than two."""
    n = len(features)
    if n < 2:
        return math.nan
    return float(pairwise_distances(features).sum()) / (n * (n - 1))


def _kernel(one: Features, other: Features) -> Features:
    kernel: Features = polynomial_kernel(one, other, degree=3, coef0=1)  # gamma = 1 / d
    return kernel


def _mmd(own: Features, other: Features, between: Features | float, m: int, n: int) -> Features:
    return own / (m * (m - 1)) + other / (n * (n - 1)) - 2 * between / (m * n)
