import pytest
import torch

from ccsi.training.optim import SGD, Group, LearningRate, sgd
from tests.toy_networks import TRAIN, classifier


def test_norms_biases_and_sigma_take_no_weight_decay() -> None:
    network = classifier()
    decayed, plain = sgd(network, TRAIN).groups
    assert plain.weight_decay == 0
    assert decayed.weight_decay == TRAIN.weight_decay
    assert all(p.ndim >= 2 for p in decayed.parameters)
    assert any(p is network.head.sigma for p in plain.parameters)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_steps_are_those_of_pytorchs_class_bit_by_bit(momentum: float) -> None:
    """One parameter gets no gradient in the second of three steps."""
    starts = [torch.linspace(-1, 1, 6).view(2, 3), torch.linspace(0, 2, 3)]
    ours, theirs = ([s.clone().requires_grad_(True) for s in starts] for _ in range(2))
    optimiser = SGD([Group([ours[0]], 0.01), Group([ours[1]], 0.0)], lr=0.1, momentum=momentum)
    groups = [{"params": theirs[:1], "weight_decay": 0.01}, {"params": theirs[1:]}]
    reference = torch.optim.SGD(groups, lr=0.1, momentum=momentum)
    for step in range(3):
        for mine, (first, second) in ((optimiser, ours), (reference, theirs)):
            mine.zero_grad()
            loss = (first.sin() * (step + 1)).sum()
            torch.autograd.backward(loss if step == 1 else loss + second.square().sum())
            mine.step()
        assert all(torch.equal(*pair) for pair in zip(ours, theirs, strict=True)), step


def test_cosine_starts_at_lr_and_ends_near_zero() -> None:
    optimiser = SGD([], lr=1, momentum=0)
    rate = LearningRate(optimiser, TRAIN, total_steps=10)
    values = []
    for step in range(10):
        rate.before_step(step)
        values.append(optimiser.lr)
    assert values[0] == pytest.approx(TRAIN.lr)
    assert values == sorted(values, reverse=True)
    assert values[-1] < 0.05 * TRAIN.lr


def test_a_plateau_lowers_the_rate_and_progress_does_not() -> None:
    params = TRAIN.model_copy(update={"schedule": "plateau", "plateau_patience": 2})
    rate = LearningRate(SGD([], lr=1, momentum=0), params, total_steps=100)
    for loss in (3.0, 2.0, 1.0, 0.5):
        rate.after_epoch(loss)
    assert rate.value == params.lr
    for loss in (0.6, 0.7):
        rate.after_epoch(loss)
    assert rate.value == pytest.approx(params.lr * params.plateau_factor)
