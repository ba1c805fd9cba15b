"""The audit's own networks."""

import numpy as np
import pytest

from ccsi.audit.networks import (
    epochs_for,
    impressions_arrival,
    look_at,
    real_arrivals,
    train_network,
)
from ccsi.execution.images import ImageSet
from ccsi.frame.progress import Silent
from ccsi.training.learn import Arrival
from tests.toy_networks import MODEL, TRAIN, classifier, generator, images


def arrival(task: str, first: int) -> Arrival:
    names = (f"class {first}", f"class {first + 1}")
    own, val = (ImageSet(*images(24, first=first, seed=s)) for s in (first, first + 50))
    return Arrival(task, names, own, val, ())


def test_a_task_whose_images_are_gone_leaves_no_gap() -> None:
    found = real_arrivals([arrival("t1", 0), arrival("t3", 4)])
    assert [sorted(set(a.train.labels.tolist())) for a in found] == [[0, 1], [2, 3]]
    assert set(found[1].val.labels.tolist()) == {2, 3}
    assert [a.class_names for a in found] == [("class 0", "class 1"), ("class 4", "class 5")]


def test_impressions_train_a_network_that_knows_real_images() -> None:
    """Here they are as good as real ones."""
    made = ImageSet(*images(40, seed=3))
    network = train_network(
        [impressions_arrival("t1", ("class 0", "class 1"), made, ())],
        MODEL,
        TRAIN,
        epochs=8,
        generator_for=lambda purpose: generator(len(purpose)),
        progress=Silent(),
    )
    pixels, labels = images(40, seed=4)
    seen = look_at(network, pixels.permute(0, 2, 3, 1).numpy())
    assert (seen.log_probabilities.argmax(axis=1) == labels.numpy()).mean() > 0.9


@pytest.mark.parametrize(("images", "epochs"), [(100, 40), (3000, 2), (9000, 1)])
def test_every_network_is_shown_enough(images: int, epochs: int) -> None:
    assert epochs_for(images, shown=4000) == epochs


def test_what_a_network_makes_of_images_does_not_depend_on_the_others() -> None:
    network, (pixels, _) = classifier(), images(6)
    arrays = pixels.permute(0, 2, 3, 1).numpy()
    together, alone = look_at(network, arrays), look_at(network, arrays[2:3])
    assert np.allclose(together.features[2], alone.features[0], atol=1e-6)
    assert np.allclose(np.exp(together.log_probabilities).sum(axis=1), 1)
    assert np.allclose(
        together.log_probabilities[2],
        network(pixels[2:3].float() / 255).logits.log_softmax(1).detach(),
        atol=1e-5,
    )
