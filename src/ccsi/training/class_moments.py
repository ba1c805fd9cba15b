"""Class-adaptive group moments: where each class lies inside the network, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ccsi.execution.images import ImageSet
from ccsi.models.classifier import Classifier
from ccsi.models.norm import LayerMoments

ClassMoments = list[tuple[Tensor, Tensor]]


@torch.no_grad()
def class_group_moments(
    classifier: Classifier, images: ImageSet, class_ids: Sequence[int], *, batch: int
) -> ClassMoments:
    """(g^c, v^c) of each layer, two tensors [len(class_ids), G].

    Means over the images of class c of each image's group mean and group variance at the layer's
    input; images unaugmented; the network is put into evaluation mode.
    """
    classifier.eval()
    means, variances = [], []
    for class_id in class_ids:
        rows = torch.nonzero(images.labels == class_id).flatten()
        layers = _mean_moments(classifier, images, rows, batch)
        means.append([mean for mean, _ in layers])
        variances.append([var for _, var in layers])
    per_layer_means = [torch.stack(rows) for rows in zip(*means, strict=True)]
    per_layer_vars = [torch.stack(rows) for rows in zip(*variances, strict=True)]
    return list(zip(per_layer_means, per_layer_vars, strict=True))


def append_class_moments(classifier: Classifier, moments: ClassMoments) -> None:
    """Append the rows of newly learned classes to every layer's buffers."""
    for norm, (mean, var) in zip(classifier.norms(), moments, strict=True):
        norm.append_class_moments(mean, var)


def replace_class_moments(
    classifier: Classifier, moments: ClassMoments, class_ids: Sequence[int]
) -> None:
    """Overwrite the rows of `class_ids` (the option that re-estimates them from impressions)."""
    for norm, (mean, var) in zip(classifier.norms(), moments, strict=True):
        norm.class_mean[list(class_ids)] = mean
        norm.class_var[list(class_ids)] = var


def _mean_moments(
    classifier: Classifier, images: ImageSet, rows: Tensor, batch: int
) -> list[tuple[Tensor, Tensor]]:
    """Each layer's group mean and variance [G], averaged over the images (in double precision)."""
    norms = classifier.norms()
    sums = [n.weight.new_zeros(2, n.groups, dtype=torch.float64) for n in norms]
    for part in torch.split(rows, batch):
        layers: list[LayerMoments] = []
        classifier.trunk(images.pixels(part), layers)
        for total, layer in zip(sums, layers, strict=True):
            total += torch.stack([layer.group_mean, layer.group_var]).double().sum(1)
    means = [(total / len(rows)).float() for total in sums]
    return [(mean[0], mean[1]) for mean in means]
