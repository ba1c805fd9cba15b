import math

import pytest
import torch

from ccsi.frame.errors import DivergenceError, ParameterError
from ccsi.frame.progress import Silent
from ccsi.synthesis.inversion import Impressions, learning_rate, synthesize
from ccsi.synthesis.objective import synthesis_loss
from ccsi.synthesis.params import SynthesisParams
from tests.toy_networks import SYNTHESIS, classifier, generator, images

MEANS = torch.full((2, 1, 8, 8), 0.4)


class Counting:
    """A Progress that adds up the work it is told of."""

    def __init__(self) -> None:
        self.amount = 0

    def advance(self, amount: int, *, loss: float | None = None) -> None:
        self.amount += amount


def make(params: SynthesisParams = SYNTHESIS, *, seed: int = 0) -> Impressions:
    return synthesize(
        classifier(), MEANS, params, flip=False, generator=generator(seed), progress=Silent()
    )


def test_impressions_are_balanced_uint8_images_of_the_datas_own_side() -> None:
    made = make()
    assert made.images.shape == (4, 1, 8, 8)
    assert made.images.dtype == torch.uint8
    assert torch.bincount(made.labels).tolist() == [2, 2]


def test_synthesis_changes_nothing_in_the_model() -> None:
    network = classifier().train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    synthesize(network, MEANS, SYNTHESIS, flip=False, generator=generator(), progress=Silent())
    after = network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert network.training
    assert all(p.grad is None and p.requires_grad for p in network.parameters())


def test_the_same_seed_gives_the_same_impressions_and_another_does_not() -> None:
    assert torch.equal(make().images, make().images)
    assert not torch.equal(make().images, make(seed=1).images)


@pytest.mark.parametrize("term", ["ce", "tv", "l2", "group_moments", "batch_moments"])
def test_a_term_at_100_times_its_weight_ends_lower_than_at_weight_0(term: str) -> None:
    longer = SYNTHESIS.model_copy(update={"iterations": 40, "keep": "last", "jitter": 0})
    network = classifier().frozen_copy()
    unit = SYNTHESIS.model_copy(
        update={**dict.fromkeys(("ce", "tv", "l2", "group_moments", "batch_moments"), 0.0), term: 1}
    )

    def ends_at(weight: float) -> float:
        made = make(longer.model_copy(update={term: weight}))
        pixels = made.images.float() / 255
        return float(synthesis_loss(network, pixels, made.labels, unit).total())

    assert ends_at(100 * getattr(SYNTHESIS, term)) < ends_at(0.0)


def test_the_kept_image_is_never_worse_by_its_own_loss_than_the_last() -> None:
    params = SYNTHESIS.model_copy(update={"iterations": 25, "batch_moments": 0.0, "lr": 0.3})
    network = classifier().frozen_copy()
    own = {}
    for keep in ("best", "last"):
        made = make(params.model_copy(update={"keep": keep}))
        loss = synthesis_loss(network, made.images.float() / 255, made.labels, params)
        own[keep] = loss.own()
    # Rounding to 8 bits may cost a little.
    assert (own["best"] <= own["last"] + 0.02).all()
    assert (own["best"] < own["last"] - 0.02).any()


def test_the_learning_rate_warms_up_and_decays_to_zero() -> None:
    params = SYNTHESIS.model_copy(update={"iterations": 100, "warmup": 10})
    rates = [learning_rate(step, params) for step in range(100)]
    assert rates[0] == pytest.approx(params.lr / 10)
    assert max(rates) == pytest.approx(params.lr)
    assert rates[9:] == sorted(rates[9:], reverse=True)
    assert rates[-1] < 0.001 * params.lr


def test_progress_counts_image_iterations_and_curves_name_every_term() -> None:
    counting = Counting()
    made = synthesize(
        classifier(), MEANS, SYNTHESIS, flip=False, generator=generator(), progress=counting
    )
    assert counting.amount == 4 * SYNTHESIS.iterations
    terms = {row["term"] for row in made.curve}
    assert terms == {"ce", "tv", "l2", "group_moments", "batch_moments", "total"}
    assert all(math.isfinite(float(row["value"])) for row in made.curve)


def test_impressions_of_a_trained_class_are_recognised() -> None:
    from ccsi.execution.images import ImageSet
    from ccsi.training.learn import Arrival, train_afresh
    from tests.toy_networks import MODEL, TRAIN

    data = ImageSet(*images(48))
    arrival = Arrival("t1", ("a", "b"), data, data, ())
    network, _ = train_afresh(
        [arrival],
        MODEL,
        TRAIN.model_copy(update={"epochs": 10}),
        generator_for=lambda purpose: generator(len(purpose)),
        progress=Silent(),
    )
    means = torch.stack([data.images[data.labels == c].float().mean(0) / 255 for c in (0, 1)])
    params = SYNTHESIS.model_copy(update={"iterations": 40, "impressions_per_class": 8})
    made = synthesize(network, means, params, flip=False, generator=generator(), progress=Silent())
    predicted = network(made.images.float() / 255).logits.argmax(1)
    assert (predicted == made.labels).float().mean() > 0.9


def test_divergence_stops_with_the_iteration_and_a_hint() -> None:
    network = classifier()
    with torch.no_grad():
        network.head.weight.fill_(float("nan"))
    with pytest.raises(DivergenceError, match=r"iteration 1; .*lower synthesis\.lr"):
        synthesize(network, MEANS, SYNTHESIS, flip=False, generator=generator(), progress=Silent())


def test_all_weights_zero_give_the_noisy_means_themselves() -> None:
    zero = dict.fromkeys(("ce", "tv", "l2", "statistics", "start_noise"), 0.0)
    made = make(SYNTHESIS.model_copy(update=zero))
    assert torch.equal(made.images, torch.full_like(made.images, round(0.4 * 255)))
    assert made.curve == []


def test_images_on_a_light_background_do_not_darken_at_their_border() -> None:
    """A shift brings in zeros; were they part of the image's variation, it would hide them."""
    light = torch.full((2, 1, 8, 8), 0.9)
    smooth = dict.fromkeys(("ce", "l2", "statistics", "start_noise"), 0.0) | {"tv": 1.0}
    params = SYNTHESIS.model_copy(update={**smooth, "iterations": 40, "keep": "last"})
    made = synthesize(
        classifier(), light, params, flip=False, generator=generator(), progress=Silent()
    )
    assert made.images.min() >= round(0.9 * 255) - 1


def test_mirrors_are_seen_only_where_the_data_allow_them() -> None:
    params = SYNTHESIS.model_copy(update={"flip": True})

    def run(chosen: SynthesisParams, flip: bool) -> torch.Tensor:
        return synthesize(
            classifier(), MEANS, chosen, flip=flip, generator=generator(), progress=Silent()
        ).images

    assert torch.equal(run(params, False), run(SYNTHESIS, True))
    assert not torch.equal(run(params, True), run(params, False))


def test_a_jitter_beyond_the_image_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"synthesis\.jitter = 8 pixels would shift images"):
        make(SYNTHESIS.model_copy(update={"jitter": 8}))
