import pytest
import torch

from ccsi.losses.margin import margin_ranking


def test_it_equals_a_hand_computation() -> None:
    # Old classes 0, 1; new 2, 3; m = .3, K = 1. Row 0 (y=0): .3 - .5 + .4 = .2.
    # Row 1 (y=1): .3 - .9 + .1 = -.5 -> 0. Row 2 is of a new class and does not count.
    scores = torch.tensor([[0.5, 0.0, 0.4, 0.1], [0.0, 0.9, 0.1, -0.2], [0.9, 0.9, 0.1, 0.1]])
    labels = torch.tensor([0, 1, 2])
    value = margin_ranking(scores, labels, n_old=2, margin=0.3, top_k=1)
    assert value.item() == pytest.approx(0.1)


def test_top_k_averages_over_the_k_hardest() -> None:
    scores = torch.tensor([[0.5, 0.4, 0.3]])  # .3 - .5 + .4 = .2 and .3 - .5 + .3 = .1
    value = margin_ranking(scores, torch.tensor([0]), n_old=1, margin=0.3, top_k=2)
    assert value.item() == pytest.approx(0.15)


def test_k_beyond_the_new_classes_takes_them_all() -> None:
    scores = torch.tensor([[0.5, 0.4, 0.3]])
    few = margin_ranking(scores, torch.tensor([0]), n_old=1, margin=0.3, top_k=2)
    many = margin_ranking(scores, torch.tensor([0]), n_old=1, margin=0.3, top_k=9)
    assert torch.equal(few, many)


def test_a_batch_without_old_classes_gives_zero_and_a_gradient_of_zero() -> None:
    scores = torch.rand(2, 3, requires_grad=True)
    loss = margin_ranking(scores, torch.tensor([2, 2]), n_old=2, margin=0.3, top_k=1)
    loss.backward()
    assert loss.item() == 0
    assert torch.equal(scores.grad, torch.zeros(2, 3))
