import torch

from ccsi.execution.images import ImageSet
from ccsi.models.norm import LayerMoments
from ccsi.training.class_moments import class_group_moments, replace_class_moments
from tests.toy_networks import classifier, images


def test_they_are_means_over_the_images_of_each_class() -> None:
    network = classifier()
    pixels, labels = images(10)
    ours = class_group_moments(network, ImageSet(pixels, labels), [0, 1], batch=3)
    for class_id in (0, 1):
        layers: list[LayerMoments] = []
        network.trunk(pixels[labels == class_id].float() / 255, layers)
        for (mean, var), layer in zip(ours, layers, strict=True):
            torch.testing.assert_close(mean[class_id], layer.group_mean.mean(0))
            torch.testing.assert_close(var[class_id], layer.group_var.mean(0))


def test_they_differ_between_classes() -> None:
    network = classifier()
    assert all(
        (norm.class_mean[0] - norm.class_mean[1]).abs().max() > 0 for norm in network.norms()
    )


def test_replacing_touches_only_the_named_rows() -> None:
    network = classifier(classes=3)
    before = [norm.class_mean.clone() for norm in network.norms()]
    data = ImageSet(*images(12, classes=3, seed=9))
    moments = class_group_moments(network, data, [1], batch=4)
    replace_class_moments(network, moments, [1])
    for norm, old in zip(network.norms(), before, strict=True):
        assert torch.equal(norm.class_mean[[0, 2]], old[[0, 2]])
        assert not torch.equal(norm.class_mean[1], old[1])
