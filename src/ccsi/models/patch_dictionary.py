"""Responses of small patches to a dictionary: one convolution that no label has trained."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CONTRAST = 10 / 255**2  # added to a patch's variance (Coates and Ng), in units of [0, 1] squared
LARGEST_SIDE = 40  # pixels; larger images are averaged down, so that a patch covers what it should


class PatchDictionary(nn.Module):
    """Each patch, of mean 0 and variance 1, against K atoms, thresholded in both directions.

    Buffers: weight [K, C, p, p], the atoms times the whitening, each of sum 0; bias [K]. With q the
    normalised patch: z = W q + b; the maps are max(0, z - a) and max(0, -z - a), a = threshold.
    Source: Coates and Ng, "The Importance of Encoding Versus Training with Sparse Coding and
    Vector Quantization", ICML 2011.
    """

    weight: Tensor
    bias: Tensor

    def __init__(self, weight: Tensor, bias: Tensor, *, threshold: float) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        self.threshold = threshold

    def stages(self, images: Tensor) -> list[Tensor]:
        """Images [N, C, H, W] in [0, 1] -> two maps [N, K, H', W'], whole patches only."""
        images = averaged_down(images)
        side = self.weight.shape[-1]
        mean = F.avg_pool2d(images, side, stride=1).mean(1, keepdim=True)
        square = F.avg_pool2d(images.square(), side, stride=1).mean(1, keepdim=True)
        contrast = torch.rsqrt((square - mean.square()).clamp_min(0) + CONTRAST)
        response = F.conv2d(images, self.weight) * contrast + self.bias[:, None, None]
        return [F.relu(response - self.threshold), F.relu(-response - self.threshold)]


def averaged_down(images: Tensor) -> Tensor:
    """Images [N, C, H, W], blocks of pixels averaged until no side exceeds `LARGEST_SIDE`."""
    block = -(-max(images.shape[-2:]) // LARGEST_SIDE)
    return F.avg_pool2d(images, block) if block > 1 else images
