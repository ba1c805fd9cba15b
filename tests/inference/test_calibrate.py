"""Calibration of a small network on real-shaped images and impressions."""

import numpy as np
import pytest
import torch

from ccsi.frame.errors import ArtifactError
from ccsi.inference.calibrate import calibrate
from ccsi.inference.logits import logits_of, probabilities_of
from ccsi.models.classifier import Classifier
from ccsi.tasks.images import LabelledImages
from tests.toy_networks import classifier, images


def labelled(count: int, *, classes: int = 2, first: int = 0, seed: int = 0) -> LabelledImages:
    pixels, labels = images(count, classes=classes, first=first, seed=seed)
    return LabelledImages(pixels.permute(0, 2, 3, 1).contiguous().numpy(), labels.numpy())


def too_sure() -> Classifier:
    """Four classes, recognised by the mean features of a few images."""
    network = classifier(classes=4)
    pixels, labels = images(8, classes=4, seed=5)
    with torch.no_grad():
        network.head.imprint(network.trunk(pixels.float() / 255), labels, [0, 1, 2, 3])
    network.head.sigma.data.fill_(100.0)
    return network


def mistaken(data: LabelledImages, count: int) -> LabelledImages:
    """The first labels made wrong."""
    labels = data.labels.copy()
    labels[:count] = (labels[:count] + 1) % 4
    return LabelledImages(data.images, labels)


def test_scaling_improves_the_likelihood_on_its_own_images() -> None:
    network = too_sure()
    found = calibrate(network, mistaken(labelled(20, first=2), 3), labelled(20, seed=1), bins=15)
    assert found.temperature > 1
    assert found.nll_after < found.nll_before
    assert 0 < found.ece_before < 1


def test_both_kinds_of_images_count() -> None:
    network = too_sure()
    alone = calibrate(network, mistaken(labelled(20, first=2), 3), None, bins=15)
    both = calibrate(network, mistaken(labelled(20, first=2), 3), labelled(20, seed=1), bins=15)
    assert alone.temperature != both.temperature


def test_images_of_an_unknown_class_are_refused() -> None:
    with pytest.raises(ArtifactError, match=r"class 3, the model knows 0\.\.1"):
        calibrate(classifier(classes=2), labelled(4, first=2), None, bins=15)


def test_a_diverged_model_is_refused() -> None:
    network = classifier(classes=2)
    network.head.weight.data.fill_(float("nan"))
    with pytest.raises(ArtifactError, match="diverged"):
        calibrate(network, labelled(4), None, bins=15)


def test_a_temperature_changes_how_sure_but_not_which_class() -> None:
    network, data = classifier(classes=4), labelled(30, classes=4)
    plain = probabilities_of(network, data.images, temperature=1.0)
    scaled = probabilities_of(network, data.images, temperature=3.0)
    assert np.allclose(scaled.sum(1), 1)
    assert (plain.argmax(1) == scaled.argmax(1)).all()
    assert (scaled.max(1) < plain.max(1)).all()


def test_logits_are_those_of_the_network_in_evaluation_mode() -> None:
    network, data = classifier(classes=2), labelled(7)
    pixels = torch.from_numpy(data.images).permute(0, 3, 1, 2).float() / 255
    with torch.no_grad():
        expected = network.eval()(pixels).logits
    network.train()
    assert np.allclose(logits_of(network, data.images), expected, atol=1e-5)
