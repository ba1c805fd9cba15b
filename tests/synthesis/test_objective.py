import pytest
import torch

from ccsi.synthesis.objective import synthesis_loss
from ccsi.synthesis.params import SynthesisParams
from tests.toy_networks import SYNTHESIS, classifier, images

ONLY = {"ce": 0.0, "tv": 0.0, "l2": 0.0, "batch_moments": 0.0, "group_moments": 0.0}


def only(**weights: float) -> SynthesisParams:
    return SYNTHESIS.model_copy(update={**ONLY, **weights})


def pixels() -> tuple[torch.Tensor, torch.Tensor]:
    return torch.rand(4, 1, 8, 8, requires_grad=True), torch.tensor([0, 1, 0, 1])


@pytest.mark.parametrize("term", list(ONLY))
def test_every_term_alone_has_a_gradient_with_respect_to_the_image(term: str) -> None:
    x, labels = pixels()
    loss = synthesis_loss(classifier().frozen_copy(), x, labels, only(**{term: 1.0}))
    (gradient,) = torch.autograd.grad(loss.total(), x)
    assert torch.isfinite(gradient).all()
    assert gradient.abs().sum() > 1e-6


def test_without_its_gradient_the_group_term_is_the_same_number_and_guides_nothing() -> None:
    x, labels = pixels()
    guided, unguided = only(ce=1.0, group_moments=1.0), only(ce=1.0)
    released = guided.model_copy(update={"group_gradient": False})
    network = classifier().frozen_copy()
    losses = [synthesis_loss(network, x, labels, p) for p in (guided, unguided, released)]
    assert losses[2].named() == losses[0].named()
    gradients = [torch.autograd.grad(loss.total(), x)[0] for loss in losses]
    torch.testing.assert_close(gradients[2], gradients[1])
    assert not torch.allclose(gradients[2], gradients[0])


def test_nothing_but_unguided_group_moments_is_refused() -> None:
    with pytest.raises(ValueError, match="group_gradient = false leaves nothing to optimise"):
        SynthesisParams.model_validate(
            {**only(group_moments=1.0).model_dump(), "group_gradient": False}
        )


def test_the_group_term_differs_between_classes() -> None:
    x = torch.rand(1, 1, 8, 8).repeat(2, 1, 1, 1).requires_grad_(True)
    loss = synthesis_loss(
        classifier().frozen_copy(), x, torch.tensor([0, 1]), only(group_moments=1.0)
    )
    first, second = loss.per_image["group_moments"].tolist()
    assert abs(first - second) > 1e-4
    (gradient,) = torch.autograd.grad(loss.total(), x)
    assert not torch.allclose(gradient[0], gradient[1])


def test_the_group_term_is_lower_for_real_images_of_the_class_than_for_the_other_class() -> None:
    network, (real, labels) = classifier(), images(24)
    x, params = real.float() / 255, only(group_moments=1.0)
    right = synthesis_loss(network, x, labels, params).per_image["group_moments"].mean()
    wrong = synthesis_loss(network, x, 1 - labels, params).per_image["group_moments"].mean()
    assert right < wrong


def test_per_image_terms_do_not_depend_on_who_shares_the_batch() -> None:
    network, (x, labels) = classifier().frozen_copy(), pixels()
    together = synthesis_loss(network, x, labels, SYNTHESIS)
    alone = synthesis_loss(network, x[2:3], labels[2:3], SYNTHESIS)
    assert set(together.per_image) == {"ce", "tv", "l2", "group_moments"}
    for name, values in together.per_image.items():
        torch.testing.assert_close(values[2], alone.per_image[name][0], msg=name)


def test_a_term_of_weight_zero_is_not_computed() -> None:
    x, labels = pixels()
    loss = synthesis_loss(classifier(), x, labels, only(ce=1.0))
    assert set(loss.named()) == {"ce", "total"}


def test_the_total_is_the_weighted_sum_and_the_first_layer_weighs_more() -> None:
    network, (x, labels) = classifier().frozen_copy(), pixels()
    full = synthesis_loss(network, x, labels, SYNTHESIS)
    parts = [full.named()[name] for name in ("ce", "tv", "l2", "group_moments", "batch_moments")]
    assert full.total().item() == pytest.approx(sum(parts), rel=1e-5)
    by_weight = [
        synthesis_loss(
            network, x, labels, only(batch_moments=1.0).model_copy(update={"first_layer": w})
        )
        .total()
        .item()
        for w in (0.0, 1.0, 11.0)
    ]
    assert by_weight[2] - by_weight[1] == pytest.approx(
        10 * (by_weight[1] - by_weight[0]), rel=1e-4
    )
