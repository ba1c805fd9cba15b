import math

import pytest
import torch
import torch.nn.functional as F

from ccsi.losses.classification import class_weights, cross_entropy, local_cross_entropy


def test_cross_entropy_of_equal_logits_is_log_k() -> None:
    assert cross_entropy(torch.zeros(3, 4), torch.tensor([0, 1, 2])).item() == pytest.approx(
        math.log(4)
    )


def test_local_cross_entropy_sees_no_old_row_for_real_images() -> None:
    logits = torch.randn(4, 5, requires_grad=True)
    labels, real = torch.tensor([3, 4, 3, 4]), torch.zeros(4, dtype=torch.bool)
    loss = local_cross_entropy(logits, labels, n_old=3, synthetic=real)
    torch.testing.assert_close(loss, F.cross_entropy(logits[:, 3:], labels - 3))
    (gradient,) = torch.autograd.grad(loss, logits)
    assert torch.equal(gradient[:, :3], torch.zeros(4, 3))
    assert gradient[:, 3:].abs().min() > 0


def test_local_cross_entropy_is_the_full_one_for_impressions() -> None:
    logits, labels = torch.randn(4, 5), torch.tensor([0, 1, 2, 0])
    loss = local_cross_entropy(logits, labels, n_old=3, synthetic=torch.ones(4, dtype=torch.bool))
    torch.testing.assert_close(loss, cross_entropy(logits, labels))


def test_class_weights_are_n_max_over_n() -> None:
    weights = class_weights(torch.tensor([50.0, 100.0, 0.0]))
    assert weights.tolist() == [2.0, 1.0, 1.0]
