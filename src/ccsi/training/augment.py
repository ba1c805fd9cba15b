"""Augmentation of a whole batch at once: symmetries that the data set declares, shift, noise."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ccsi.models.symmetries import transformed


def augment(
    images: Tensor, *, symmetries: Sequence[str], shift: int, noise: float, generator: Generator
) -> Tensor:
    """Each image takes each symmetry with probability 1/2, a shift of at most `shift` pixels, and
    pixel noise N(0, noise^2).

    images [N, C, H, W] -> the same shape; what a shift brings in is zero. `transpose` needs
    square images. Noise hides the fine texture by which impressions differ from real images.
    """
    for symmetry in symmetries:
        chosen = torch.rand(len(images), generator=generator) < 0.5
        chosen = chosen.to(images.device, non_blocking=True)
        images = torch.where(chosen[:, None, None, None], transformed(images, symmetry), images)
    if shift:
        images = _shifted_each(images, shift, generator)
    if noise:
        drawn = torch.empty_like(images, device="cpu").normal_(generator=generator)
        images = images + noise * drawn.to(images.device, non_blocking=True)
    return images


def _shifted_each(images: Tensor, shift: int, generator: Generator) -> Tensor:
    count, _, height, width = images.shape
    offsets = torch.randint(0, 2 * shift + 1, (2, count, 1), generator=generator)
    rows = (offsets[0] + torch.arange(height))[:, :, None].to(images.device, non_blocking=True)
    columns = (offsets[1] + torch.arange(width))[:, None, :].to(images.device, non_blocking=True)
    padded = F.pad(images, (shift, shift, shift, shift)).permute(0, 2, 3, 1)
    each = torch.arange(count, device=images.device)[:, None, None]
    return padded[each, rows, columns].permute(0, 3, 1, 2).contiguous()
