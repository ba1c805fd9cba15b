"""On an accelerator the host must not ask for a number in the inner loops: it would wait.

PyTorch's meta device has shapes and no numbers, so that every such question is an error there.
"""

from __future__ import annotations

import math

import pytest
import torch

from ccsi.execution.checkpoint import NO_CHECKPOINTS
from ccsi.execution.devices import OneCpu
from ccsi.frame.errors import DivergenceError
from ccsi.frame.progress import Silent
from ccsi.losses.intra_domain import _masked_contrast, intra_domain_contrast
from ccsi.synthesis.inversion import _invert
from ccsi.synthesis.params import SynthesisParams
from ccsi.synthesis.resume import Inversion, Points, Synthesis
from ccsi.training import terms
from ccsi.training.augment import augment
from ccsi.training.sampling import Batch
from ccsi.training.step import Step, TermMemory
from tests.synthesis.test_inversion import Counting
from tests.toy_networks import SYNTHESIS, UPDATE, classifier, generator

TERMS = ("ce", "local_ce", "distillation", "margin", "logits", "synthetic_logits", "idc")


def test_a_question_for_a_number_is_an_error_there() -> None:
    with pytest.raises((RuntimeError, NotImplementedError)):
        bool(torch.ones(2, device="meta").any())


@pytest.mark.parametrize("name", TERMS)
def test_no_loss_term_asks(name: str) -> None:
    previous, network = classifier().frozen_copy(), classifier().train()
    network.add_task("t2", ["c", "d"], generator=generator())
    previous, network = previous.to("meta"), network.to("meta")
    x = torch.empty(8, 1, 8, 8, device="meta")
    labels = torch.zeros(8, dtype=torch.int64, device="meta")
    step = Step(
        Batch(x, labels, 4, x[:4]), network(x), network, previous, UPDATE, None, TermMemory()
    )
    getattr(terms, name)(step).backward()
    assert network.trunk.stem.weight.grad is not None


def test_augmentation_does_not_ask() -> None:
    images = torch.empty(4, 1, 8, 8, device="meta")
    symmetries = ("flip_horizontal", "transpose")
    seen = augment(images, symmetries=symmetries, shift=1, noise=0.1, generator=generator())
    assert seen.shape == images.shape


class Looks(OneCpu):
    """A device that the host looks at every few steps."""

    def __init__(self, every: int) -> None:
        self.looks_every = every  # type: ignore[misc]


@pytest.mark.parametrize("every", [1, 7, 25])
def test_the_synthesis_asks_at_its_looks_and_not_before(every: int) -> None:
    """The loop itself, on numbers that are not there: its first look is its end."""
    network = classifier().frozen_copy().to("meta")
    labels = torch.zeros(4, dtype=torch.int64, device="meta")
    params = SYNTHESIS.model_copy(update={"iterations": 60, "warmup": 5})
    run = Synthesis(generator())
    run.open = Inversion.begin(torch.empty(4, 1, 8, 8, device="meta"), params)
    told = Counting()
    with pytest.raises((RuntimeError, NotImplementedError)):
        _invert(network, run, labels, params, True, told, NO_CHECKPOINTS, Looks(every))
    assert told.amount == 4 * (every - 1)


@pytest.mark.parametrize("every", [1, 7, 25])
def test_a_curve_and_a_divergence_do_not_depend_on_how_often_it_is_looked_at(every: int) -> None:
    params = SYNTHESIS.model_copy(update={"iterations": 60, "warmup": 5})

    def curve(devices: OneCpu, changed: SynthesisParams = params) -> Points:
        run = Synthesis(generator())
        run.open = Inversion.begin(torch.full((4, 1, 8, 8), 0.5), changed)
        labels = torch.tensor([0, 0, 1, 1])
        frozen = classifier().frozen_copy()
        _invert(frozen, run, labels, changed, True, Silent(), NO_CHECKPOINTS, devices)
        return run.open.curve

    assert len(curve(Looks(1))) == 60
    assert curve(Looks(every)) == curve(Looks(1))
    with pytest.raises(DivergenceError, match="not finite at iteration 2;"):
        curve(Looks(every), params.model_copy(update={"lr": math.nan}))


@pytest.mark.parametrize("filled", [0, 1, 2])
def test_the_masked_contrast_is_the_picked_one(filled: int) -> None:
    source = torch.randn(4, 6, generator=generator(1))
    target = torch.randn(4, 6, generator=generator(2), requires_grad=True)
    source, target = source[:, :4], target[:, :4] * (torch.arange(4) < 2 + filled)[:, None]
    picked = intra_domain_contrast(source, target, tau=0.5, first=2)
    rows = torch.nn.functional.normalize(target[2:], dim=1)
    similarity = rows @ torch.nn.functional.normalize(source, dim=1).T / 0.5
    mask = target[2:].any(1)[:, None] & source.any(1)[None, :]
    masked = _masked_contrast(similarity, mask, 2)
    torch.testing.assert_close(masked, picked)
    for loss in (picked, masked):
        (gradient,) = torch.autograd.grad(loss, target, retain_graph=True)
        assert gradient.isfinite().all()
