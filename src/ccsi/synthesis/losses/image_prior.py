"""Priors on an image's pixels, per image."""

from __future__ import annotations

import torch
from torch import Tensor


def total_variation(images: Tensor) -> Tensor:
    """TV(x): sum of the Euclidean norms of x's differences along two axes and two diagonals.

    images [N, C, H, W] -> [N], each at least 0. Source: Yin et al. (DeepInversion), CVPR 2020.
    """
    differences = (
        images[..., :, 1:] - images[..., :, :-1],
        images[..., 1:, :] - images[..., :-1, :],
        images[..., 1:, 1:] - images[..., :-1, :-1],
        images[..., 1:, :-1] - images[..., :-1, 1:],
    )
    return torch.stack([_norm(d) for d in differences]).sum(0)


def intensity(images: Tensor) -> Tensor:
    """||x||_2 of each image: [N, C, H, W] -> [N]. Source: Yin et al. (DeepInversion), CVPR 2020."""
    return _norm(images)


def _norm(values: Tensor) -> Tensor:
    # torch's vector norm has the zero subgradient at 0, so a flat image gives no NaN.
    norm: Tensor = torch.linalg.vector_norm(values.flatten(1), dim=1)
    return norm
