import pytest
import torch
import torch.nn.functional as F

from ccsi.models.norm import BatchNorm, ContinualNorm, LayerMoments


def reference(norm: ContinualNorm, x: torch.Tensor) -> torch.Tensor:
    """Continual Normalization written with PyTorch's own layers."""
    grouped = F.group_norm(x, norm.groups, eps=norm.eps)
    running = norm.running_mean.clone(), norm.running_var.clone()
    return F.batch_norm(
        grouped, *running, norm.weight, norm.bias, norm.training, norm.momentum, norm.eps
    )


@pytest.fixture
def norm() -> ContinualNorm:
    made = ContinualNorm(8, groups=4).double()
    with torch.no_grad():
        made.weight.uniform_(0.5, 1.5)
        made.bias.uniform_(-1, 1)
        made.running_mean.uniform_(-0.5, 0.5)
        made.running_var.uniform_(0.5, 2)
    return made


@pytest.mark.parametrize("training", [True, False])
def test_values_and_gradients_equal_groupnorm_then_batchnorm(
    norm: ContinualNorm, training: bool
) -> None:
    norm.train(training)
    norm.tracks_moments = False
    x = (torch.randn(5, 8, 4, 4, dtype=torch.float64) * 2 + 3).requires_grad_(True)
    direction = torch.randn(5, 8, 4, 4, dtype=torch.float64)
    inputs = (x, norm.weight, norm.bias)
    fast, plain = norm(x), reference(norm, x)
    torch.testing.assert_close(fast, plain)
    fast_grads = torch.autograd.grad((fast * direction).sum(), inputs)
    plain_grads = torch.autograd.grad((plain * direction).sum(), inputs)
    for a, b in zip(fast_grads, plain_grads, strict=True):
        torch.testing.assert_close(a, b)


def test_single_precision_is_close_to_double_on_inputs_far_from_zero() -> None:
    x = torch.randn(6, 8, 8, 8, dtype=torch.float64) + 20
    single, double = ContinualNorm(8), ContinualNorm(8).double()
    torch.testing.assert_close(single(x.float()).double(), double(x), atol=2e-3, rtol=0)


FAR = [(1, 0.003), (3, 0.1), (3, 1), (20, 0.01), (1000, 1)]


@pytest.mark.parametrize(("mean", "std"), FAR)
@pytest.mark.parametrize("side", [4, 16])
def test_a_variance_is_off_by_at_most_a_part_of_the_mean_square(
    mean: float, std: float, side: int
) -> None:
    x = torch.randn(8, 8, side, side) * std + mean
    found: list[LayerMoments] = []
    ContinualNorm(8).train()(x, found)
    groups = x.double().reshape(8, 4, -1)
    error = (found[0].group_var.double() - groups.var(2, correction=0)).abs()
    assert bool((error <= 5e-7 * groups.square().mean(2)).all())


@pytest.mark.parametrize("mean", [-3.0, 0.0, 3.0])
@pytest.mark.parametrize("std", [0.1, 1.0, 3.0])
@torch.no_grad()
def test_single_precision_is_within_a_thousandth_near_zero(mean: float, std: float) -> None:
    """Against PyTorch's own two layers in double precision."""
    x = torch.randn(8, 8, 16, 16) * std + mean
    layer = ContinualNorm(8).train()
    exact = F.group_norm(x.double(), 4, eps=layer.eps)
    exact = F.batch_norm(exact, None, None, training=True, eps=layer.eps)
    torch.testing.assert_close(layer(x).double(), exact, atol=1e-3, rtol=0)


def test_running_moments_follow_pytorchs_batchnorm(norm: ContinualNorm) -> None:
    x = torch.randn(6, 8, 3, 3, dtype=torch.float64) + 1
    plain = torch.nn.BatchNorm2d(8, momentum=norm.momentum).double()
    plain.running_mean, plain.running_var = norm.running_mean.clone(), norm.running_var.clone()
    norm.train()(x)
    plain(F.group_norm(x, norm.groups, eps=norm.eps))
    torch.testing.assert_close(norm.running_mean, plain.running_mean)
    torch.testing.assert_close(norm.running_var, plain.running_var)


def test_batchnorm_equals_pytorchs() -> None:
    ours, plain = BatchNorm(8, groups=4, momentum=0.1), torch.nn.BatchNorm2d(8, momentum=0.1)
    x = torch.randn(6, 8, 3, 3) + 1
    torch.testing.assert_close(ours.train()(x), plain.train()(x), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(ours.running_var, plain.running_var)
    torch.testing.assert_close(ours.eval()(x), plain.eval()(x), atol=1e-5, rtol=1e-5)


def test_reported_moments_equal_the_definitions(norm: ContinualNorm) -> None:
    x = torch.randn(5, 8, 4, 4, dtype=torch.float64) + 2
    moments: list[LayerMoments] = []
    norm.eval()(x, moments)
    grouped = F.group_norm(x, 4, eps=norm.eps)
    per_group = x.reshape(5, 4, -1)
    (layer,) = moments
    torch.testing.assert_close(layer.batch_mean, grouped.mean((0, 2, 3)))
    torch.testing.assert_close(layer.batch_var, grouped.var((0, 2, 3), correction=0))
    torch.testing.assert_close(layer.group_mean, per_group.mean(2))
    torch.testing.assert_close(layer.group_var, per_group.var(2, correction=0))


def test_group_moments_of_an_image_do_not_depend_on_its_company(norm: ContinualNorm) -> None:
    x = torch.randn(5, 8, 4, 4, dtype=torch.float64)
    together: list[LayerMoments] = []
    alone: list[LayerMoments] = []
    norm.eval()(x, together)
    norm.eval()(x[2:3], alone)
    torch.testing.assert_close(together[0].group_mean[2], alone[0].group_mean[0])
    torch.testing.assert_close(together[0].group_var[2], alone[0].group_var[0])


def test_class_moments_are_appended_and_old_rows_stay(norm: ContinualNorm) -> None:
    norm.append_class_moments(torch.ones(2, 4), torch.ones(2, 4) * 2)
    first = norm.class_mean.clone()
    norm.append_class_moments(torch.zeros(1, 4), torch.zeros(1, 4))
    assert norm.class_mean.shape == (3, 4)
    assert torch.equal(norm.class_mean[:2], first)


def test_channels_must_fill_the_groups() -> None:
    with pytest.raises(ValueError, match="10 channels cannot form 4 groups"):
        ContinualNorm(10, groups=4)
