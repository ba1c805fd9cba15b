"""Continual Normalization and BatchNorm, with the moments that guide the synthesis.

Both layers compute everything they need from the first two spatial moments of each channel of
each image, m1 = mean(a) and m2 = mean(a^2), shape [N, C]: group moments, batch moments and the
normalised output (one multiply-add per pixel) all follow from these. That keeps the passes over
the feature map to two, and lets a frozen layer be one affine map per channel.

The price is a variance as a difference, m2 - m1^2: in single precision it is off by up to about
5e-7 of m2, whatever the true variance. With |mean| <= 3 that is 5e-6, below eps = 1e-5; where the
standard deviation is at least 0.1, the output then lies within 1e-3 of the exact one. Around means
some thousand times the standard deviation nothing is left of the variance: such a layer's output
is finite but means nothing. `tests/models/test_norm.py` checks both bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from ccsi.models.continual_affine import ContinualAffine, continual_affine
from ccsi.models.moments import channel_affine, spatial_moments


@dataclass(frozen=True)
class LayerMoments:
    """Moments of one normalisation layer for one batch.

    batch_mean, batch_var [C]: over batch and space, of what BatchNorm sees (for Continual
    Normalization: the GroupNorm output). group_mean, group_var [N, G]: of each image's input, per
    channel group. All variances are biased.
    """

    batch_mean: Tensor
    batch_var: Tensor
    group_mean: Tensor
    group_var: Tensor


class SharedBatch(Protocol):
    """A batch of which this process holds some rows; others hold the rest."""

    rows: slice

    def gather(self, own: Tensor) -> Tensor:
        """The whole batch's [N, ...] from these rows [n, ...]."""


class MomentNorm(nn.Module):
    """What the two layers share: an affine map, running batch moments, per-class group moments.

    Buffers: running_mean, running_var [C]; class_mean, class_var [K, G], the group moments of the
    layer's input for each class learned so far (rows are appended, never rewritten by training).
    """

    running_mean: Tensor
    running_var: Tensor
    class_mean: Tensor
    class_var: Tensor

    def __init__(self, channels: int, *, groups: int, momentum: float, eps: float = 1e-5) -> None:
        super().__init__()
        if channels % groups:
            raise ValueError(f"{channels} channels cannot form {groups} groups")
        self.channels, self.groups, self.momentum, self.eps = channels, groups, momentum, eps
        self.tracks_moments = True
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))
        self.register_buffer("class_mean", torch.zeros(0, groups))
        self.register_buffer("class_var", torch.zeros(0, groups))

    def forward(
        self,
        activation: Tensor,
        moments: list[LayerMoments] | None = None,
        share: SharedBatch | None = None,
    ) -> Tensor:
        """Normalise [N, C, H, W]; append this layer's moments to `moments` where it is given.

        share: whose rows these images are; the moments are those of its whole batch.
        """
        if activation.dtype.itemsize < 4:  # a variance as a difference needs single precision
            activation = activation.float()
        mean, square = spatial_moments(activation)
        shared = share is not None and (self.training or moments is not None)
        if share is not None and shared:
            mean, square = share.gather(mean), share.gather(square)
        found = self._affine(mean, square, batch_moments=moments is not None)
        if found.batch_mean is not None and found.batch_var is not None:
            batch = found.batch_mean, found.batch_var
            if moments is not None:
                moments.append(LayerMoments(*batch, found.group_mean, found.group_var))
            if self.training:
                self._track(*batch, len(mean) * activation.shape[2] * activation.shape[3])
        scale, shift = found.scale, found.shift
        if share is not None and shared:
            scale, shift = scale[share.rows], shift[share.rows]
        return channel_affine(activation, scale, shift)

    def append_class_moments(self, mean: Tensor, var: Tensor) -> None:
        """Append rows [k, G] for newly learned classes."""
        self.class_mean = torch.cat([self.class_mean, mean.to(self.class_mean)])
        self.class_var = torch.cat([self.class_var, var.to(self.class_var)])

    def _affine(self, mean: Tensor, square: Tensor, *, batch_moments: bool) -> ContinualAffine:
        """The map from the spatial moments [N, C]; with the batch's moments also in training."""
        raise NotImplementedError

    @torch.no_grad()
    def _track(self, mean: Tensor, var: Tensor, count: int) -> None:
        if self.tracks_moments:
            unbiased = var * (count / max(count - 1, 1))
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(unbiased, self.momentum)


class ContinualNorm(MomentNorm):
    """Continual Normalization: out = gamma * BatchNorm(GroupNorm(a)) + beta.

    Source: Pham, Liu, Hoi, "Continual Normalization", ICLR 2022. GroupNorm has no affine map.
    """

    def __init__(
        self, channels: int, *, groups: int = 4, momentum: float = 0.1, eps: float = 1e-5
    ) -> None:
        super().__init__(channels, groups=groups, momentum=momentum, eps=eps)

    def _affine(self, mean: Tensor, square: Tensor, *, batch_moments: bool) -> ContinualAffine:
        return continual_affine(
            mean,
            square,
            self.weight,
            self.bias,
            (self.running_mean, self.running_var),
            groups=self.groups,
            eps=self.eps,
            batch_moments=batch_moments,
            training=self.training,
        )


class BatchNorm(MomentNorm):
    """BatchNorm over batch and space, computed like ContinualNorm so that both report moments."""

    def _affine(self, mean: Tensor, square: Tensor, *, batch_moments: bool) -> ContinualAffine:
        group_mean = mean.reshape(len(mean), self.groups, -1).mean(2)
        group_square = square.reshape(len(mean), self.groups, -1).mean(2)
        group_var = (group_square - group_mean.square()).clamp_min(0)
        used, found = (self.running_mean, self.running_var), None
        if batch_moments or self.training:
            batch_mean = mean.mean(0)
            found = batch_mean, (square.mean(0) - batch_mean.square()).clamp_min(0)
            used = found if self.training else used
        gain = self.weight * torch.rsqrt(used[1] + self.eps)
        scale, shift = gain.expand_as(mean), (self.bias - used[0] * gain).expand_as(mean)
        return ContinualAffine(scale, shift, group_mean, group_var, *(found or (None, None)))
