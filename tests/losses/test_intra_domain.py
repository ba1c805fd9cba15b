import math

import pytest
import torch
import torch.nn.functional as F

from ccsi.losses.intra_domain import intra_domain_contrast, running_class_scores


def test_running_scores_weigh_the_new_batch_by_rho_and_keep_absent_classes() -> None:
    history = torch.tensor([[1.0, 0.0], [0.3, 0.4]])
    scores = torch.tensor([[0.0, 1.0], [0.0, 0.5]])  # both of class 0, mean (0, .75)
    updated = running_class_scores(history, scores, torch.tensor([0, 0]), rho=0.9)
    torch.testing.assert_close(updated, torch.tensor([[0.1, 0.675], [0.3, 0.4]]))


def test_history_takes_no_gradient_and_the_batch_does() -> None:
    history = torch.rand(2, 2, requires_grad=True)
    scores = torch.rand(3, 2, requires_grad=True)
    running_class_scores(history, scores, torch.tensor([0, 1, 1]), rho=0.9).sum().backward()
    assert history.grad is None
    assert scores.grad.abs().min() > 0


def test_contrast_equals_a_hand_computation() -> None:
    # Rows are unit vectors already; T S' = identity, tau = 1: -log(2e / (2e + 2)).
    identity = torch.eye(2)
    value = intra_domain_contrast(identity, identity, tau=1, first=0)
    assert value.item() == pytest.approx(-math.log(2 * math.e / (2 * math.e + 2)))


def test_rows_of_old_classes_do_not_enter() -> None:
    source, target = torch.rand(4, 4), torch.rand(4, 4)
    value = intra_domain_contrast(source, target, tau=1, first=2)
    target[:2] = torch.rand(2, 4) * 5
    assert torch.equal(intra_domain_contrast(source, target, tau=1, first=2), value)


def test_it_is_lower_where_target_rows_lie_with_their_own_class() -> None:
    source = torch.eye(3)
    right = intra_domain_contrast(source, torch.eye(3), tau=0.5, first=1)
    wrong = intra_domain_contrast(source, torch.eye(3).roll(1, 0), tau=0.5, first=1)
    assert 0 <= right < wrong


def test_a_class_that_nothing_has_filled_does_not_enter() -> None:
    source, target = torch.rand(4, 4), torch.rand(4, 4)
    source[3] = target[3] = 0
    value = intra_domain_contrast(source, target, tau=1, first=2)
    similarity = F.normalize(target[2:3], dim=1) @ F.normalize(source[:3], dim=1).T
    expected = similarity.logsumexp(1) - similarity[:, 2]
    torch.testing.assert_close(value, expected[0])


def test_without_a_filled_pair_it_is_zero() -> None:
    value = intra_domain_contrast(torch.rand(3, 3), torch.zeros(3, 3), tau=1, first=1)
    assert value.item() == 0
