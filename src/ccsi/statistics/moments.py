"""The sufficient statistics of labelled features: all that a linear head needs of its images.

Nothing here knows how features are made.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class FeatureStatistics:
    """Of N labelled feature vectors phi in K classes, in double precision.

    counts int64 [K]; sums [K, d]: of each class's phi; scatter [d, d]: sum of phi phi' over all.
    With one-hot labels y, `sums` is (sum of phi y')': G = scatter and C = sums' are the matrices of
    recursive ridge regression.
    """

    counts: Tensor
    sums: Tensor
    scatter: Tensor

    @property
    def total(self) -> int:
        """N."""
        return int(self.counts.sum())

    @property
    def means(self) -> Tensor:
        """The mean of each class [K, d]."""
        return self.sums / self.counts[:, None]

    @property
    def mean(self) -> Tensor:
        """The mean of all [d]."""
        return self.sums.sum(0) / self.total


def accumulate(
    batches: Iterable[tuple[Tensor, Tensor]],
    *,
    n_classes: int,
    n_features: int,
    scatter: Tensor | None = None,
) -> FeatureStatistics:
    """Statistics of batches (features [N, d], labels [N] in 0..K-1).

    scatter: that of older classes; it is added to, in place, which spares a second [d, d].
    Raises ValueError for a class without features.
    """
    double = torch.float64
    counts = torch.zeros(n_classes, dtype=torch.int64)
    sums = torch.zeros(n_classes, n_features, dtype=double)
    if scatter is None:
        scatter = torch.zeros(n_features, n_features, dtype=double)
    for features, labels in batches:
        phi = features.double()
        onehot = torch.nn.functional.one_hot(labels, n_classes)
        counts += onehot.sum(0)
        sums += onehot.double().T @ phi
        scatter.addmm_(phi.T, phi)
    if not bool(counts.all()):
        raise ValueError(f"class {int(counts.argmin())} has no features")
    return FeatureStatistics(counts, sums, scatter)


def append(previous: FeatureStatistics, new: FeatureStatistics) -> FeatureStatistics:
    """The classes of `previous`, then those of `new`, whose scatter already holds both."""
    return FeatureStatistics(
        torch.cat([previous.counts, new.counts]), torch.cat([previous.sums, new.sums]), new.scatter
    )


def within_class_covariance(statistics: FeatureStatistics) -> Tensor:
    """(1 / N) sum_i (phi_i - mu_{y_i}) (phi_i - mu_{y_i})': [d, d], in place of the scatter."""
    scaled = statistics.sums / statistics.counts.double().sqrt()[:, None]  # exactly symmetric
    return statistics.scatter.addmm_(scaled.T, scaled, alpha=-1).div_(statistics.total)


def shrunk(matrix: Tensor, amount: float) -> Tensor:
    """(1 - a) M + a * mean(diag M) * I, changing M in place."""
    mean = matrix.diagonal().mean()
    matrix.mul_(1 - amount).diagonal().add_(amount * mean)
    return matrix
