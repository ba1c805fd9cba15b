import pytest
import torch

from ccsi.synthesis.losses.feature_stats import batch_moment_distance, group_moment_distance


def test_batch_distance_equals_a_hand_computation() -> None:
    # Means differ by (3, 4, 0, 0): 5; variances by (0, 0, 0, 2): 2; over sqrt(4): 3.5.
    zero = torch.zeros(4)
    mean, var = torch.tensor([3.0, 4, 0, 0]), torch.tensor([0.0, 0, 0, 2])
    assert batch_moment_distance(mean, var, zero, zero).item() == pytest.approx(3.5)


def test_group_distance_is_per_image() -> None:
    zero = torch.zeros(2, 4)
    mean = torch.tensor([[3.0, 4, 0, 0], [0, 0, 0, 0]])
    assert group_moment_distance(mean, zero, zero, zero).tolist() == pytest.approx([2.5, 0.0])


def test_equal_moments_have_a_finite_gradient() -> None:
    mean = torch.rand(3, 4, requires_grad=True)
    group_moment_distance(mean, mean, mean.detach(), mean.detach()).sum().backward()
    assert torch.isfinite(mean.grad).all()
