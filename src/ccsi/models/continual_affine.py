"""Continual Normalization as one affine map per image and channel, with its backward pass.

Between the two passes over the feature map stand only numbers per image and channel, but many
operations on them, and on small images these took longer than the map itself. Written as one
function they are a third of what autograd would record.
`tests/models/test_continual_affine.py` compares it with the plain equations.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


class ContinualAffine(NamedTuple):
    """out = scale * a + shift [N, C]; moments as in `LayerMoments`, the batch's if asked for."""

    scale: Tensor
    shift: Tensor
    group_mean: Tensor
    group_var: Tensor
    batch_mean: Tensor | None
    batch_var: Tensor | None


def continual_affine(
    mean: Tensor,
    square: Tensor,
    weight: Tensor,
    bias: Tensor,
    running: tuple[Tensor, Tensor],
    *,
    groups: int,
    eps: float,
    batch_moments: bool,
    training: bool,
) -> ContinualAffine:
    """GroupNorm without an affine map, then BatchNorm, from the spatial moments of the input.

    mean, square [N, C]: mean and mean square over space; weight, bias [C]. Normalised by the
    moments of this batch when `training`, else by `running` (mean and variance [C]). All variances
    are biased, and differences of means, so at least 0 by force. Source: Pham, Liu, Hoi (Continual
    Normalization), ICLR 2022.
    """
    settings = (groups, eps, batch_moments or training, training)
    return ContinualAffine(*_ContinualAffine.apply(mean, square, weight, bias, *running, *settings))


class _ContinualAffine(torch.autograd.Function):
    """Shapes: by image and group [N, G, 1]; by image and channel [N, G, C / G]; by channel [C]."""

    @staticmethod
    def forward(
        ctx: Any,
        mean: Tensor,
        square: Tensor,
        weight: Tensor,
        bias: Tensor,
        running_mean: Tensor,
        running_var: Tensor,
        groups: int,
        eps: float,
        batch_moments: bool,
        training: bool,
    ) -> tuple[Tensor | None, ...]:
        m, q = _by_group(mean, groups), _by_group(square, groups)
        group_mean = m.mean(2, keepdim=True)
        group_var = q.mean(2, keepdim=True).addcmul_(group_mean, group_mean, value=-1).clamp_min_(0)
        root = (group_var + eps).rsqrt_()
        used_mean, used_var, batch_mean, batch_var = running_mean, running_var, None, None
        if batch_moments:
            batch_mean = ((m - group_mean) * root).mean(0).flatten()
            normalised = _centred_square(m, q, group_mean) * root.square()
            batch_var = normalised.mean(0).flatten()
            batch_var = batch_var.addcmul_(batch_mean, batch_mean, value=-1).clamp_min_(0)
            if training:
                used_mean, used_var = batch_mean, batch_var
        inverse = (used_var + eps).rsqrt_()
        gain = weight * inverse
        scale = root * gain.view(groups, -1)
        constant = torch.addcmul(bias, gain, used_mean, value=-1).view(groups, -1)
        shift = torch.addcmul(constant, scale, group_mean, value=-1)
        ctx.save_for_backward(
            *(mean, square, group_mean, group_var, root, batch_mean, batch_var),
            *(used_mean, inverse, gain, scale),
        )
        ctx.training, ctx.groups = training, groups
        ctx.set_materialize_grads(False)
        of_groups = (group_mean.squeeze(2), group_var.squeeze(2))
        return scale.flatten(1), shift.flatten(1), *of_groups, batch_mean, batch_var

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        mean, square, group_mean, group_var, root, batch_mean, batch_var, *rest = ctx.saved_tensors
        used_mean, inverse, gain, scale = rest
        m, q = _by_group(mean, ctx.groups), _by_group(square, ctx.groups)
        gain_ = gain.view(ctx.groups, -1)
        grad_scale, grad_shift, grad_group_mean, grad_group_var, grad_mean, grad_var = grads
        d_scale = torch.zeros_like(m) if grad_scale is None else _by_group(grad_scale, ctx.groups)
        d_shift = torch.zeros_like(m) if grad_shift is None else _by_group(grad_shift, ctx.groups)
        d_scale = torch.addcmul(d_scale, d_shift, group_mean, value=-1)
        d_bias = d_shift.sum(0).flatten()
        d_gain = (d_scale * root).sum(0).flatten().addcmul_(used_mean, d_bias, value=-1)
        d_root = (d_scale * gain_).sum(2, keepdim=True)
        d_group_mean = (d_shift * scale).sum(2, keepdim=True).neg_()
        if ctx.training:
            own_mean, own_var = -gain * d_bias, d_gain * gain * inverse.square() * -0.5
            grad_mean = own_mean if grad_mean is None else own_mean + grad_mean
            grad_var = own_var if grad_var is None else own_var + grad_var
        d_mean: Tensor | None = None
        d_square: Tensor | None = None
        if grad_mean is not None or grad_var is not None:
            d_mean, d_square, more_root, more_group_mean = _through_batch(
                m, q, group_mean, root, batch_mean, batch_var, grad_mean, grad_var
            )
            d_root += more_root
            d_group_mean += more_group_mean
        d_group_var = d_root * root.pow(3) * -0.5
        if grad_group_var is not None:
            d_group_var += grad_group_var[..., None]
        d_group_var *= group_var > 0
        if grad_group_mean is not None:
            d_group_mean += grad_group_mean[..., None]
        d_group_mean = d_group_mean.addcmul_(group_mean, d_group_var, value=-2).div_(m.shape[2])
        d_group_var.div_(m.shape[2])
        d_mean = d_group_mean.expand_as(m) if d_mean is None else d_mean.add_(d_group_mean)
        d_square = d_group_var.expand_as(m) if d_square is None else d_square.add_(d_group_var)
        weight_and_bias = (d_gain * inverse, d_bias)
        return d_mean.flatten(1), d_square.flatten(1), *weight_and_bias, *(None,) * 6


def _through_batch(
    m: Tensor,
    q: Tensor,
    group_mean: Tensor,
    root: Tensor,
    batch_mean: Tensor,
    batch_var: Tensor,
    grad_mean: Tensor | None,
    grad_var: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The gradients of the batch moments [C], by m, q, 1 / sigma of the group, its mean."""
    grad_mean = torch.zeros_like(batch_mean) if grad_mean is None else grad_mean
    grad_var = torch.zeros_like(batch_var) if grad_var is None else grad_var * (batch_var > 0)
    count, groups = len(m), m.shape[1]
    first = torch.addcmul(grad_mean, batch_mean, grad_var, value=-2).div_(count).view(groups, -1)
    second = (grad_var / count).view(groups, -1)
    distance = m - group_mean
    by_m, by_q = first * root, second * root.square()
    d_root = first * distance + (_centred_square(m, q, group_mean) * second * root).mul_(2)
    d_group_mean = torch.addcmul(by_m, by_q, distance, value=2).sum(2, keepdim=True).neg_()
    by_m.addcmul_(by_q, group_mean, value=-2)
    return by_m, by_q, d_root.sum(2, keepdim=True), d_group_mean


def _centred_square(m: Tensor, q: Tensor, group_mean: Tensor) -> Tensor:
    """The mean over space of (a - group mean)^2: q - 2 m g + g^2."""
    return torch.addcmul(q, group_mean, torch.add(group_mean, m, alpha=-2))


def _by_group(values: Tensor, groups: int) -> Tensor:
    """[N, C] -> [N, G, C / G]."""
    return values.reshape(len(values), groups, -1)
