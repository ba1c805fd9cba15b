"""On an accelerator the host must not ask for a number in the inner loops: it would wait.

PyTorch's meta device has shapes and no numbers, so that every such question is an error there.
"""

from __future__ import annotations

import pytest
import torch

from ccsi.losses.intra_domain import _masked_contrast, intra_domain_contrast
from ccsi.synthesis.objective import synthesis_loss
from ccsi.synthesis.resume import Inversion
from ccsi.training import terms
from ccsi.training.augment import augment
from ccsi.training.sampling import Batch
from ccsi.training.step import Step, TermMemory
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


def test_a_step_of_the_synthesis_does_not_ask() -> None:
    network = classifier().frozen_copy().to("meta")
    labels = torch.zeros(4, dtype=torch.int64, device="meta")
    at = Inversion.begin(torch.empty(4, 1, 8, 8, device="meta"), SYNTHESIS)
    loss = synthesis_loss(network, at.images, labels, SYNTHESIS)
    (gradient,) = torch.autograd.grad(loss.total(), at.images)
    at.optimiser.step(gradient)
    assert loss.own().shape == (4,)


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
