"""The fused normalisation against the plain equations: values, and gradients of every output."""

import pytest
import torch
from torch import Tensor

from ccsi.models.continual_affine import ContinualAffine, continual_affine

EPS = 1e-5
Inputs = tuple[Tensor, ...]


def plain(mean: Tensor, square: Tensor, weight: Tensor, bias: Tensor, running: Inputs) -> Inputs:
    """By GroupNorm and BatchNorm as written in their papers, on moments; None running: training."""
    each = mean.shape[1] // 2
    group_mean = mean.reshape(len(mean), 2, -1).mean(2)
    group_var = square.reshape(len(mean), 2, -1).mean(2) - group_mean**2
    centre = group_mean.repeat_interleave(each, 1)
    root = (group_var + EPS).rsqrt().repeat_interleave(each, 1)
    # Mean and mean square over space of the group-normalised channel, then over the batch.
    batch_mean = ((mean - centre) * root).mean(0)
    batch_var = ((square - 2 * centre * mean + centre**2) * root**2).mean(0) - batch_mean**2
    used_mean, used_var = running or (batch_mean, batch_var)
    gain = weight / (used_var + EPS).sqrt()
    shift = bias - (centre * root + used_mean) * gain
    return root * gain, shift, group_mean, group_var, batch_mean, batch_var


def inputs() -> Inputs:
    x = torch.randn(5, 6, 7, dtype=torch.float64) * 2 + 1
    weight, bias = torch.rand(6, dtype=torch.float64) + 0.5, torch.randn(6, dtype=torch.float64)
    return tuple(t.requires_grad_(True) for t in (x.mean(2), x.square().mean(2), weight, bias))


RUNNING = torch.linspace(-1, 1, 6, dtype=torch.float64), torch.linspace(0.5, 2, 6).double()


def fused(given: Inputs, *, training: bool, batch_moments: bool = True) -> ContinualAffine:
    return continual_affine(
        *given, RUNNING, groups=2, eps=EPS, batch_moments=batch_moments, training=training
    )


@pytest.mark.parametrize("training", [True, False])
def test_all_values_are_those_of_the_plain_equations(training: bool) -> None:
    given = inputs()
    for ours, expected in zip(
        fused(given, training=training), plain(*given, () if training else RUNNING), strict=True
    ):
        torch.testing.assert_close(ours, expected)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("chosen", [(0,), (1,), (2,), (3,), (4,), (5,), (0, 1), tuple(range(6))])
def test_the_gradient_of_every_output_is_that_of_the_plain_equations(
    training: bool, chosen: tuple[int, ...]
) -> None:
    given = inputs()
    ours, expected = fused(given, training=training), plain(*given, () if training else RUNNING)

    def gradients(outputs: tuple[Tensor | None, ...]) -> tuple[Tensor, ...]:
        picked = [outputs[index] for index in chosen]
        loss = torch.stack([(t * t.detach().cos()).sum() for t in picked if t is not None]).sum()
        return torch.autograd.grad(loss, given, allow_unused=True, materialize_grads=True)

    for a, b in zip(gradients(ours), gradients(expected), strict=True):
        torch.testing.assert_close(a, b)


def test_moments_of_the_batch_are_computed_only_where_they_are_wanted() -> None:
    found = fused(inputs(), training=False, batch_moments=False)
    assert found.batch_mean is None
    assert found.batch_var is None


def test_a_constant_group_has_a_variance_of_zero_and_finite_gradients() -> None:
    mean = torch.full((4, 6), 3.0, requires_grad=True)
    square = torch.full((4, 6), 9.0 - 1e-6, requires_grad=True)  # below mean^2 by rounding
    running = torch.zeros(6), torch.ones(6)
    found = continual_affine(
        mean, square, torch.ones(6), torch.zeros(6), running,
        groups=2, eps=EPS, batch_moments=True, training=True,
    )  # fmt: skip
    assert torch.equal(found.group_var, torch.zeros(4, 2))
    loss = found.scale.sum() + found.shift.sum()
    for gradient in torch.autograd.grad(loss, (mean, square)):
        assert bool(gradient.isfinite().all())
