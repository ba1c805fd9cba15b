import torch

from ccsi.execution.images import ImageSet
from ccsi.rehearsal.exemplars import choose_exemplars
from ccsi.rehearsal.herding import herd
from tests.toy_networks import classifier, images


def test_each_class_keeps_its_own_herded_images() -> None:
    trunk = classifier().trunk
    data = ImageSet(*images(30, classes=2, first=4))
    chosen = choose_exemplars(trunk, data, per_class=3)
    assert chosen.labels.tolist() == [4] * 3 + [5] * 3
    own = data.images[data.labels == 5]
    with torch.no_grad():
        rows = herd(trunk(own.float() / 255), 3)
    assert torch.equal(chosen.images[3:], own[rows])


def test_a_class_with_fewer_images_keeps_them_all() -> None:
    data = ImageSet(*images(4, classes=2))
    assert len(choose_exemplars(classifier().trunk, data, per_class=50)) == 4
