"""The memory of real images: herded in the features of the model that has just learned them."""

from __future__ import annotations

import torch

from ccsi.execution.images import ImageSet
from ccsi.models.classifier import batch_length
from ccsi.models.resnet import ResNet
from ccsi.rehearsal.herding import herd


@torch.no_grad()
def choose_exemplars(trunk: ResNet, images: ImageSet, *, per_class: int) -> ImageSet:
    """At most `per_class` images of each class, class by class, in the order of herding.

    The trunk is in evaluation mode; images are seen as they are, unaugmented.
    """
    rows, length = [], batch_length(images.images.shape[-1])
    for class_id in sorted(set(images.labels.tolist())):
        own = torch.nonzero(images.labels == class_id).flatten()
        features = torch.cat([trunk(images.pixels(part)) for part in torch.split(own, length)])
        rows.append(own[herd(features, per_class)])
    chosen = torch.cat(rows)
    return ImageSet(images.images[chosen].contiguous(), images.labels[chosen])
