"""What impressions add to sums: shifted statistics are exact, and rows agree where they must."""

import torch

from ccsi.execution.images import ImageSet
from ccsi.models.feature_map import FeatureMap
from ccsi.models.feature_map_params import StatisticsParams
from ccsi.models.resnet import ResNet
from ccsi.statistics.gather import first_feature_map
from ccsi.statistics.moments import FeatureStatistics, accumulate
from ccsi.training.learn import Arrival
from tests.benchmarks.renewal import Learned, as_seen_by, moved_along, renewed, shifted
from tests.toy_networks import classifier, generator, images

PARAMS = StatisticsParams(
    features="stages", poolings=("mean", "max"), projections=10, symmetries=True
)


def two_tasks(later: ResNet) -> tuple[list[Learned], FeatureMap]:
    """Two tasks of two classes; the first's impressions are its real images."""
    pixels, labels = images(24)
    first, second = (
        ImageSet(pixels[rows], labels[rows] % 2 + first)
        for rows, first in ((slice(0, 12), 0), (slice(12, 24), 2))
    )
    none, trunk = ImageSet(pixels[:0], labels[:0]), classifier().trunk.eval()
    flips = ("flip_horizontal",)
    run = [
        Learned(Arrival("t1", ("a", "b"), first, first, flips), trunk, none),
        Learned(Arrival("t2", ("c", "d"), second, second, flips), later, first),
    ]
    features = first_feature_map(trunk, first, PARAMS, symmetries=flips, generator=generator())
    return run, features


def assert_same(found: FeatureStatistics, wanted: FeatureStatistics) -> None:
    for name in ("counts", "sums", "scatter"):
        torch.testing.assert_close(getattr(found, name), getattr(wanted, name))


def test_shifted_statistics_are_those_of_shifted_features() -> None:
    features = torch.randn(30, 4, generator=generator(), dtype=torch.float64)
    labels = torch.arange(30) % 3
    shift = torch.randn(3, 4, generator=generator(), dtype=torch.float64)
    found = shifted(accumulate([(features, labels)], n_classes=3, n_features=4), shift)
    moved = features + shift[labels]
    assert_same(found, accumulate([(moved, labels)], n_classes=3, n_features=4))


def test_without_an_update_and_with_perfect_impressions_all_sums_are_the_same() -> None:
    run, features = two_tasks(classifier().trunk.eval())
    same = [run[0].trunk] * 2
    assert_same(moved_along(run, features), as_seen_by(same, run, features))
    assert_same(renewed(run, features), as_seen_by(same, run, features))


def test_perfect_impressions_follow_an_update_that_kept_sums_do_not() -> None:
    later = classifier().trunk.eval()
    with torch.no_grad():
        for weight in later.parameters():
            weight.mul_(1.2)
    run, features = two_tasks(later)
    wanted = as_seen_by([later, later], run, features)
    assert_same(renewed(run, features), wanted)
    torch.testing.assert_close(moved_along(run, features).means, wanted.means)
    kept = as_seen_by([task.trunk for task in run], run, features)
    assert not torch.allclose(kept.means[:2], wanted.means[:2], rtol=0.01)
