"""Whether synthetic images lie closer to the training images than to others of the same class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import combine_pvalues, permutation_test
from sklearn.metrics import pairwise_distances

Vectors = NDArray[np.float64]

COPY_QUANTILE, COPY_SHARE = 0.05, 0.5


@dataclass(frozen=True)
class NeighbourTest:
    """p: of "training images are no closer". closer: share of the synthetic images whose nearest
    real image is a training image, and `expected` where it does not matter. copies: how many lie
    nearer to one than `copy_distance`. closest: the rows of the closest synthetic and training
    image and of the held-out image nearest to the former; distances: of those two to it.
    """

    p: float
    closer: float
    expected: float
    copies: int
    copy_distance: float
    to_members: float
    to_held: float
    closest: tuple[int, int, int]
    distances: tuple[float, float]


def nearest_neighbour_test(
    synthetic: Vectors,
    members: Vectors,
    held: Vectors,
    *,
    resamples: int,
    generator: np.random.Generator,
) -> NeighbourTest:
    """Permutation test of d(synthetic, nearest training image) against d(..., nearest held-out).

    All [., d], of one class. The statistic is the mean of (h - m) / (h + m) over synthetic images,
    m and h being the two distances; which real images count as training images is permuted, so
    that unequal numbers, and synthetic images that resemble one another, do no harm. One-sided.
    A copy is a synthetic image that lies nearer to a training image than half the distance at which
    only 5 % of the held-out images have theirs.
    """
    real = np.concatenate([members, held])
    distance = pairwise_distances(real, synthetic)

    def closeness(own: NDArray[np.int64], other: NDArray[np.int64]) -> float:
        m, h = distance[own].min(axis=0), distance[other].min(axis=0)
        return float(np.mean((h - m) / np.maximum(h + m, 1e-12)))

    rows = np.arange(len(real))
    result = permutation_test(
        (rows[: len(members)], rows[len(members) :]),
        closeness,
        permutation_type="independent",
        alternative="greater",
        n_resamples=resamples,
        rng=generator,
    )
    near, far = distance[: len(members)], distance[len(members) :]
    limit = copy_distance(members, held)
    image = int(near.min(axis=0).argmin())
    rows_of_pair = int(near[:, image].argmin()), int(far[:, image].argmin())
    return NeighbourTest(
        p=float(result.pvalue),
        closer=float((near.min(axis=0) < far.min(axis=0)).mean()),
        expected=len(members) / len(real),
        copies=int((near.min(axis=0) < limit).sum()),
        copy_distance=limit,
        to_members=float(near.min(axis=0).mean()),
        to_held=float(far.min(axis=0).mean()),
        closest=(image, *rows_of_pair),
        distances=(float(near[:, image].min()), float(far[:, image].min())),
    )


def copy_distance(members: Vectors, held: Vectors) -> float:
    """Below this distance from a training image, an image counts as a copy of it."""
    chance = pairwise_distances(held, members).min(axis=1)
    return COPY_SHARE * float(np.quantile(chance, COPY_QUANTILE))


def combined(p_values: Sequence[float]) -> float:
    """One p value of independent tests (Fisher, 1925)."""
    return float(combine_pvalues(list(p_values), method="fisher").pvalue)
