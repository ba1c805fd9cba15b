import pytest
import torch

from ccsi.training.optim import LearningRate, sgd
from tests.toy_networks import TRAIN, classifier


def test_norms_biases_and_sigma_take_no_weight_decay() -> None:
    network = classifier()
    decayed, plain = sgd(network, TRAIN).param_groups
    assert plain["weight_decay"] == 0
    assert decayed["weight_decay"] == TRAIN.weight_decay
    assert all(p.ndim >= 2 for p in decayed["params"])
    assert any(p is network.head.sigma for p in plain["params"])


def test_cosine_starts_at_lr_and_ends_near_zero() -> None:
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1)
    rate = LearningRate(optimiser, TRAIN, total_steps=10)
    values = []
    for step in range(10):
        rate.before_step(step)
        values.append(optimiser.param_groups[0]["lr"])
    assert values[0] == pytest.approx(TRAIN.lr)
    assert values == sorted(values, reverse=True)
    assert values[-1] < 0.05 * TRAIN.lr


def test_a_plateau_lowers_the_rate_and_progress_does_not() -> None:
    params = TRAIN.model_copy(update={"schedule": "plateau", "plateau_patience": 2})
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1)
    rate = LearningRate(optimiser, params, total_steps=100)
    for loss in (3.0, 2.0, 1.0, 0.5):
        rate.after_epoch(loss)
    assert rate.value == params.lr
    for loss in (0.6, 0.7):
        rate.after_epoch(loss)
    assert rate.value == pytest.approx(params.lr * params.plateau_factor)
