"""Impressions and real images made to share what only one of the two kinds has.

An update that sees real images of new classes and impressions of old ones can tell them apart by
texture and variety alone, and then takes every real image for a new class.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ccsi.execution.images import ImageSet


def mean_images(images: ImageSet) -> dict[int, Tensor]:
    """The mean image [C, H, W] in [0, 1] of each class that has one."""
    ids = sorted(set(images.labels.tolist()))
    return {
        class_id: images.images[images.labels == class_id].mean(0, dtype=torch.float32) / 255
        for class_id in ids
    }


def transplanted(impressions: Tensor, deviation: Tensor, *, share: float) -> Tensor:
    """x + share (r - mean of r's class), kept in [0, 1]: the variety that real images of other
    classes have, around the impression.

    impressions, deviation [N, C, H, W] -> [N, C, H, W]. share >= 0.
    Source: ours; in pixels what Yin et al., "Feature Transfer Learning for Face Recognition with
    Under-Represented Data", CVPR 2019, do in features: one within-class variation for all classes.
    """
    return (impressions + share * deviation).clamp(0, 1)


def mixed(images: Tensor, others: Tensor, shares: Tensor) -> Tensor:
    """(1 - u) x + u x', the label of x kept: each kind holds some of the other's texture.

    images, others [N, C, H, W]; shares u [N] in [0, 1) -> [N, C, H, W].
    Source: Zhang et al., "mixup", ICLR 2018, with the labels of the larger part.
    """
    return torch.lerp(images, others, shares[:, None, None, None])
