import pytest
import torch

from ccsi.losses.distillation import distillation_scale, feature_distillation, logit_distillation


def test_feature_distillation_of_parallel_orthogonal_and_opposite_features() -> None:
    old = torch.tensor([[1.0, 0.0]])
    assert feature_distillation(old * 7, old).item() == pytest.approx(0)
    assert feature_distillation(torch.tensor([[0.0, 2.0]]), old).item() == pytest.approx(1)
    assert feature_distillation(-old, old).item() == pytest.approx(2)


def test_the_scale_grows_with_the_old_classes() -> None:
    assert distillation_scale(8, 2) == pytest.approx(2.0)


def test_logit_distillation_looks_at_old_columns_and_is_zero_at_equality() -> None:
    old = torch.randn(5, 3)
    new = torch.cat([old + 1.5, torch.randn(5, 2)], dim=1)  # a shift changes no softmax
    assert logit_distillation(new, old, temperature=2).item() == pytest.approx(0, abs=1e-6)
    assert logit_distillation(new.roll(1, 0), old, temperature=2).item() > 0.01


def test_logit_distillation_equals_a_hand_computation() -> None:
    # T = 1, old = (1/2, 1/2), new = (3/4, 1/4): KL = 1/2 ln(2/3) + 1/2 ln 2 = 1/2 ln(4/3).
    new = torch.tensor([[3.0, 1.0]]).log()
    expected = 0.5 * torch.tensor(4 / 3).log().item()
    assert logit_distillation(new, torch.zeros(1, 2), temperature=1).item() == pytest.approx(
        expected
    )
