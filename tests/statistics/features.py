"""Labelled features that the tests of the statistics share."""

from __future__ import annotations

import torch
from torch import Tensor

from ccsi.statistics.moments import FeatureStatistics, accumulate, append

WIDTH = 6


def labelled(count: int = 90, *, classes: int = 3, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Features [count, WIDTH] float64, scaled unevenly and correlated, around means of classes."""
    generator = torch.Generator().manual_seed(seed)
    mix = torch.randn(WIDTH, WIDTH, generator=generator, dtype=torch.float64)
    means = 2 * torch.randn(classes, WIDTH, generator=generator, dtype=torch.float64)
    labels = torch.arange(count) % classes
    noise = torch.randn(count, WIDTH, generator=generator, dtype=torch.float64) @ mix
    return (means[labels] + noise) * torch.logspace(-1, 1, WIDTH, dtype=torch.float64) + 3, labels


def statistics_of(features: Tensor, labels: Tensor, *, classes: int = 3) -> FeatureStatistics:
    """All at once."""
    return accumulate([(features, labels)], n_classes=classes, n_features=features.shape[1])


def task_by_task(features: Tensor, labels: Tensor) -> FeatureStatistics:
    """Classes 0 and 1 first, in batches of 7, then class 2."""
    first, later = labels < 2, labels == 2
    parts = zip(torch.split(features[first], 7), torch.split(labels[first], 7), strict=True)
    before = accumulate(parts, n_classes=2, n_features=features.shape[1])
    new = accumulate(
        [(features[later], labels[later] - 2)],
        n_classes=1,
        n_features=features.shape[1],
        scatter=before.scatter,
    )
    return append(before, new)
