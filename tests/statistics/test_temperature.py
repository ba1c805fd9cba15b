import pytest
import torch
import torch.nn.functional as F

from ccsi.statistics.temperature import RANGE, best_factor

DOUBLE = torch.float64


@pytest.mark.parametrize("scale", [0.02, 1.0, 5.0])
def test_log_posteriors_need_no_factor_and_scaled_ones_need_its_inverse(scale: float) -> None:
    # Two classes at -+1 with variance 1: the log-posteriors are (-s, s) up to a constant.
    means = torch.tensor([[1.0, -1.0], [-1.0, 1.0]], dtype=DOUBLE)
    covariance = torch.tensor([[1.0, -1.0], [-1.0, 1.0]], dtype=DOUBLE)
    found = best_factor(scale * means, scale**2 * covariance)
    assert found * scale == pytest.approx(1.0, rel=0.03)


def test_it_is_the_best_on_samples_drawn_at_random() -> None:
    generator = torch.Generator().manual_seed(0)
    means = torch.eye(3, dtype=DOUBLE)
    root = 0.3 * torch.randn(3, 3, generator=generator, dtype=DOUBLE)
    drawn = torch.randn(3, 4000, 3, generator=generator, dtype=DOUBLE) @ root.T
    scores = (means[:, None] + drawn).flatten(0, 1)
    labels = torch.arange(3).repeat_interleave(4000)
    found = best_factor(means, root @ root.T)
    losses = [float(F.cross_entropy(factor * found * scores, labels)) for factor in (0.7, 1, 1.4)]
    assert losses[1] < min(losses[0], losses[2])


def test_perfect_separation_stays_in_range() -> None:
    found = best_factor(torch.eye(4, dtype=DOUBLE), torch.zeros(4, 4, dtype=DOUBLE))
    assert 10 < found <= RANGE[1]


def test_the_same_scores_give_the_same_factor() -> None:
    arguments = (torch.eye(3, dtype=DOUBLE), 0.1 * torch.eye(3, dtype=DOUBLE))
    assert best_factor(*arguments) == best_factor(*arguments)
