import pytest
import torch

from ccsi.losses.distillation import feature_distillation
from ccsi.losses.intra_domain import running_class_scores
from ccsi.methods.registry import load_method, method_names
from ccsi.training import terms
from ccsi.training.sampling import Batch
from ccsi.training.step import Step, TermMemory, weighted_terms
from tests.toy_networks import UPDATE, classifier, generator, images


def make_step(*, has_target: bool = True, **params: object) -> Step:
    previous = classifier().frozen_copy()
    network = classifier().train()
    network.add_task("t2", ["c", "d"], generator=generator())
    pixels, labels = images(8, classes=4)
    order = (labels < 2).int().argsort(stable=True)  # real images first
    x, labels = pixels[order].float() / 255, labels[order]
    batch = Batch(x, labels, 4, torch.rand(4, 1, 8, 8) if has_target else None)
    update = UPDATE.model_copy(update=params)
    return Step(batch, network(x), network, previous, update, None, TermMemory())


@pytest.mark.parametrize("name", ["ce", "local_ce", "distillation", "margin", "logits", "idc"])
def test_every_term_is_finite_and_moves_the_network(name: str) -> None:
    step = make_step()
    value = getattr(terms, name)(step)
    value.backward()
    gradient = step.classifier.trunk.stem.weight.grad
    assert torch.isfinite(value)
    assert torch.isfinite(gradient).all()
    # The margin can be met already; every other term pulls.
    assert name == "margin" or gradient.abs().sum() > 0


def test_a_term_of_weight_zero_is_not_computed() -> None:
    def forbidden(step: Step) -> torch.Tensor:
        raise AssertionError("computed")

    step = make_step()
    named = weighted_terms(step, {"ce": terms.ce, "idc": forbidden}, {"ce": 2.0, "idc": 0.0})
    assert set(named) == {"ce"}
    torch.testing.assert_close(named["ce"], 2 * terms.ce(step))
    assert "old_output" not in step.__dict__


def test_the_previous_model_takes_no_gradient() -> None:
    step = make_step()
    terms.distillation(step).backward()
    assert all(p.grad is None for p in step.previous.parameters())


def test_the_target_pass_updates_no_running_moments() -> None:
    step = make_step()
    before = [norm.running_mean.clone() for norm in step.classifier.norms()]
    assert step.target_scores is not None
    after = [norm.running_mean for norm in step.classifier.norms()]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_idc_predicts_target_images_among_the_tasks_own_classes_only() -> None:
    step = make_step()
    terms.idc(step)
    target = step.memory.target
    assert torch.equal(target[:2], torch.zeros(2, 4))
    assert target[2:].abs().sum() > 0


def test_idc_with_a_stream_of_all_classes_uses_every_row() -> None:
    step = make_step(target="validation")
    terms.idc(step)
    scores = step.target_scores.detach()
    expected = running_class_scores(torch.zeros(4, 4), scores, scores.argmax(1), rho=UPDATE.rho)
    torch.testing.assert_close(step.memory.target, expected)
    assert step.memory.source.requires_grad is False


def test_local_cross_entropy_is_of_real_images_alone() -> None:
    step = make_step()
    step.output.logits.retain_grad()
    terms.local_ce(step).backward()
    gradient = step.output.logits.grad
    assert torch.equal(gradient.abs().sum(1) > 0, ~step.batch.synthetic)
    assert torch.equal(gradient[:, :2], torch.zeros(8, 2))


def test_logits_are_distilled_on_impressions_alone() -> None:
    step = make_step()
    step.output.logits.retain_grad()
    terms.synthetic_logits(step).backward()
    moved = step.output.logits.grad.abs().sum(1) > 0
    assert torch.equal(moved, step.batch.synthetic)


def test_distillation_weighs_by_the_root_of_old_over_new_classes() -> None:
    step = make_step()
    step.classifier.add_task("t3", ["e", "f"], generator=generator())  # 2 old, now 4 new
    cosine = feature_distillation(step.output.features, step.old_output.features)
    torch.testing.assert_close(terms.distillation(step), cosine * 0.5**0.5)


def test_idc_survives_a_batch_without_real_images() -> None:
    assert torch.isfinite(terms.idc(make_step(has_target=False)))


def test_every_method_names_terms_that_have_a_weight() -> None:
    from ccsi.losses.params import LossWeights

    assert {"ccsi", "ccsi_local", "ci", "finetune", "joint"} <= set(method_names())
    for name in method_names():
        method = load_method(name)
        assert method.name == name
        assert set(method.terms) <= set(LossWeights.model_fields)
        assert bool(method.terms) == (method.head is None)
