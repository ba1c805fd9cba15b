"""What impressions add to sums: shifted statistics are exact, and rows agree where they must."""

from pathlib import Path

import pytest
import torch

from ccsi.execution.images import ImageSet
from ccsi.frame.errors import ArtifactError
from ccsi.models.feature_map import FeatureMap
from ccsi.models.feature_map_params import StatisticsParams
from ccsi.models.resnet import ResNet
from ccsi.models.store import MODEL_FILE, save_classifier
from ccsi.pipeline.labelled import save_labelled
from ccsi.statistics.gather import first_feature_map
from ccsi.statistics.moments import FeatureStatistics, accumulate
from ccsi.tasks.task_files import save_task
from ccsi.training.learn import Arrival
from tests.benchmarks.renewal import Learned, as_seen_by, measure, moved_along, renewed, shifted
from tests.toy_networks import classifier, generator, images
from tests.toy_tasks import toy_task

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


def test_a_run_is_measured_on_its_validation_images(tmp_path: Path) -> None:
    """Its two networks are one, its impressions real images: whatever is summed says the same."""
    for task, first in (("t1", 0), ("t2", 2)):
        save_task(tmp_path / "tasks" / task, toy_task(task, first=first, train=24, val=8 + first))
        save_classifier(tmp_path / "models" / task / MODEL_FILE, classifier())
    train = toy_task("t1", train=24).train
    save_labelled(tmp_path / "impressions/t1", train.images, train.labels)
    params = {
        "tasks": {"t1": {}, "t2": {}},
        "seed": 0,
        "statistics": PARAMS.model_dump(mode="json"),
        "fit": {"shrinkage": 0.01, "ridge": 0.01},
    }
    found = list(measure(params, tmp_path))
    assert len({row.row for row in found}) == len(found) == 6
    assert len({tuple(row.accuracy_per_task) for row in found}) == 1
    first, second = found[0].accuracy_per_task
    assert found[0].accuracy == pytest.approx((8 * first + 10 * second) / 18)
    assert found[0].accuracy > 0.6  # of four classes
    (tmp_path / "models/t2" / MODEL_FILE).unlink()
    with pytest.raises(ArtifactError, match="t2"):
        list(measure(params, tmp_path))
