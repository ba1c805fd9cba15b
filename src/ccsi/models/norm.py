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

import torch
from torch import Tensor, nn

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

    def forward(self, activation: Tensor, moments: list[LayerMoments] | None = None) -> Tensor:
        """Normalise [N, C, H, W]; append this layer's moments to `moments` where it is given."""
        mean, square = spatial_moments(activation)
        group_mean, group_var = self._group_moments(mean, square)
        scale, shift = self._pre_affine(group_mean, group_var)
        batch_mean, batch_var = self.running_mean, self.running_var
        if self.training or moments is not None:
            found_mean, found_var = _affine_batch_moments(mean, square, scale, shift)
            if moments is not None:
                moments.append(LayerMoments(found_mean, found_var, group_mean, group_var))
            if self.training:
                count = activation.shape[0] * activation.shape[2] * activation.shape[3]
                self._track(found_mean, found_var, count)
                batch_mean, batch_var = found_mean, found_var
        gain = self.weight * torch.rsqrt(batch_var + self.eps)
        scale, shift = scale * gain, (shift - batch_mean) * gain + self.bias
        return channel_affine(activation, scale, shift)

    def append_class_moments(self, mean: Tensor, var: Tensor) -> None:
        """Append rows [k, G] for newly learned classes."""
        self.class_mean = torch.cat([self.class_mean, mean.to(self.class_mean)])
        self.class_var = torch.cat([self.class_var, var.to(self.class_var)])

    def _group_moments(self, mean: Tensor, square: Tensor) -> tuple[Tensor, Tensor]:
        group_mean = mean.reshape(len(mean), self.groups, -1).mean(2)
        group_square = square.reshape(len(mean), self.groups, -1).mean(2)
        return group_mean, (group_square - group_mean.square()).clamp_min(0)

    def _pre_affine(self, group_mean: Tensor, group_var: Tensor) -> tuple[Tensor, Tensor]:
        """Scale and shift [N, C] that turn the input into what BatchNorm sees."""
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

    def _pre_affine(self, group_mean: Tensor, group_var: Tensor) -> tuple[Tensor, Tensor]:
        each = self.channels // self.groups
        scale = torch.rsqrt(group_var + self.eps).repeat_interleave(each, 1)
        return scale, -group_mean.repeat_interleave(each, 1) * scale


class BatchNorm(MomentNorm):
    """BatchNorm over batch and space, computed like ContinualNorm so that both report moments."""

    def _pre_affine(self, group_mean: Tensor, group_var: Tensor) -> tuple[Tensor, Tensor]:
        shape = (group_mean.shape[0], self.channels)
        return group_mean.new_ones(shape), group_mean.new_zeros(shape)


def _affine_batch_moments(
    mean: Tensor, square: Tensor, scale: Tensor, shift: Tensor
) -> tuple[Tensor, Tensor]:
    """Batch moments [C] of scale * a + shift from the spatial moments of a, all [N, C]."""
    batch_mean = (scale * mean + shift).mean(0)
    batch_square = (scale.square() * square + 2 * scale * shift * mean + shift.square()).mean(0)
    return batch_mean, (batch_square - batch_mean.square()).clamp_min(0)
