"""Gathering the statistics of a task from the features of a frozen network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Generator, Tensor

from ccsi.execution.images import ImageSet
from ccsi.frame.progress import Progress
from ccsi.models.classifier import batch_length
from ccsi.models.feature_map import FeatureMap
from ccsi.models.feature_map_params import StatisticsParams
from ccsi.models.patch_dictionary import PatchDictionary
from ccsi.models.resnet import ResNet
from ccsi.statistics.moments import FeatureStatistics, accumulate


@torch.no_grad()
def first_feature_map(
    trunk: ResNet,
    images: ImageSet,
    params: StatisticsParams,
    *,
    symmetries: Sequence[str],
    generator: Generator,
    members: Sequence[ResNet] = (),
    dictionary: PatchDictionary | None = None,
) -> FeatureMap:
    """The feature map, standardised by the images of the first task, that all tasks share.

    All networks are in evaluation mode; symmetries: those that the data set declares.
    """
    feature_map = FeatureMap(params, symmetries, members=members, dictionary=dictionary)
    count, total, square = 0, torch.zeros(()), torch.zeros(())
    for pixels, _ in batches(images):
        for pooled in feature_map.pooled_copies(trunk, pixels):
            double = pooled.double()
            count, total = count + len(double), total + double.sum(0)
            square = square + double.square().sum(0)
    centre = total / count
    variance = (square / count - centre.square()).clamp_min(0)
    feature_map.set_up(centre, variance, generator=generator)
    return feature_map


@torch.no_grad()
def gather(
    trunk: ResNet,
    images: ImageSet,
    feature_map: FeatureMap,
    *,
    n_classes: int,
    progress: Progress,
    scatter: Tensor | None = None,
) -> FeatureStatistics:
    """Statistics of a task's images, whose labels count from 0.

    Each symmetric copy of an image counts, or their mean feature, as `statistics.copies` says.
    scatter: that of older tasks, added to in place. The trunk is in evaluation mode.
    """

    def features() -> Iterator[tuple[Tensor, Tensor]]:
        for pixels, labels in batches(images):
            for counted in feature_map.counted(trunk, pixels):
                yield counted, labels
            progress.advance(len(labels))

    return accumulate(
        features(), n_classes=n_classes, n_features=feature_map.width, scatter=scatter
    )


def batches(images: ImageSet) -> Iterator[tuple[Tensor, Tensor]]:
    """Pixels [n, C, H, W] in [0, 1] and labels [n], in order."""
    length = batch_length(images.images.shape[-1])
    for rows in torch.split(torch.arange(len(images)), length):
        yield images.pixels(rows), images.labels[rows]
