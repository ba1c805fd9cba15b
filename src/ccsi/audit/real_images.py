"""Real images of a class as the audit compares them: those learned from, and others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import adaptive_avg_pool2d

LARGEST_SIDE = 64
"""Larger images are averaged down to this side before their pixels are compared."""


@dataclass(frozen=True)
class RealClass:
    """members: training images uint8 [n, H, W, C]; held: images that nothing learned from; pool:
    images of either kind, more of them, of which means are taken.
    """

    class_id: int
    name: str
    task: str
    members: NDArray[np.uint8]
    held: NDArray[np.uint8]
    pool: NDArray[np.uint8]


def at_most(
    images: NDArray[np.uint8], most: int, *, generator: np.random.Generator
) -> NDArray[np.uint8]:
    """All images, or `most` drawn from them, in their order."""
    if len(images) <= most:
        return np.array(images)
    rows = np.sort(generator.permutation(len(images))[:most])
    return np.array(images[rows])


def as_vectors(images: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float64]:
    """Images [N, H, W, C], uint8 or float in [0, 1], as float64 [N, d] in [0, 1]."""
    scale = 255.0 if images.dtype == np.uint8 else 1.0
    pixels = np.asarray(images, dtype=np.float64) / scale
    if pixels.shape[1] > LARGEST_SIDE:
        channels_first = torch.from_numpy(pixels).permute(0, 3, 1, 2)
        pixels = adaptive_avg_pool2d(channels_first, LARGEST_SIDE).numpy()
    return pixels.reshape(len(pixels), -1)
