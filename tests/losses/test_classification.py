import math

import pytest
import torch
import torch.nn.functional as F

from ccsi.losses.classification import class_weights, cross_entropy, local_cross_entropy


def test_cross_entropy_of_equal_logits_is_log_k() -> None:
    assert cross_entropy(torch.zeros(3, 4), torch.tensor([0, 1, 2])).item() == pytest.approx(
        math.log(4)
    )


def test_local_cross_entropy_is_that_of_the_new_classes_alone() -> None:
    logits = torch.randn(4, 5, requires_grad=True)
    labels = torch.tensor([3, 4, 3, 4])
    loss = local_cross_entropy(logits, labels, n_old=3)
    torch.testing.assert_close(loss, F.cross_entropy(logits[:, 3:], labels - 3))
    (gradient,) = torch.autograd.grad(loss, logits)
    assert torch.equal(gradient[:, :3], torch.zeros(4, 3))
    assert gradient[:, 3:].abs().min() > 0


def test_local_cross_entropy_weighs_new_classes_by_their_own_weights() -> None:
    logits, labels = torch.randn(4, 3), torch.tensor([1, 2, 2, 1])
    weights = torch.tensor([9.0, 1.0, 3.0])
    loss = local_cross_entropy(logits, labels, n_old=1, class_weights=weights)
    expected = F.cross_entropy(logits[:, 1:], labels - 1, weight=weights[1:])
    torch.testing.assert_close(loss, expected)


def test_local_cross_entropy_of_no_image_is_zero() -> None:
    empty = local_cross_entropy(torch.zeros(0, 3), torch.zeros(0, dtype=torch.long), n_old=1)
    assert empty.item() == 0


def test_class_weights_are_n_max_over_n() -> None:
    weights = class_weights(torch.tensor([50.0, 100.0, 0.0]))
    assert weights.tolist() == [2.0, 1.0, 1.0]
