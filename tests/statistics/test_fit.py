"""From images to a classifier: gathered, solved, stored, and the same in any order of arrival."""

from pathlib import Path

import pytest
import torch

from ccsi.execution.images import ImageSet
from ccsi.frame.progress import Silent
from ccsi.models.classifier import Classifier, Learned, accuracy, predict_parts
from ccsi.models.feature_map import FeatureMap
from ccsi.models.feature_map_params import DictionaryParams, StatisticsParams
from ccsi.models.store import load_classifier, save_classifier
from ccsi.statistics.dictionary import learned_dictionary
from ccsi.statistics.fit import fitted_classifier
from ccsi.statistics.gather import first_feature_map, gather
from ccsi.statistics.moments import FeatureStatistics, append
from ccsi.statistics.params import FitParams
from ccsi.statistics.store import Gathered, load_statistics, save_statistics
from tests.toy_networks import classifier, generator, images

PARAMS = StatisticsParams(
    features="stages", poolings=("mean", "max"), projections=64, symmetries=True
)
ENSEMBLE = StatisticsParams(
    features="stages",
    poolings=("mean", "rms"),
    projections=64,
    symmetries=True,
    copies="mean",
    members=3,
    dictionary=DictionaryParams(atoms=6, patch=3, threshold=0.5),
)
FIT = FitParams(shrinkage=0.01, ridge=0.01)
NAMES = ("class 0", "class 1", "class 2", "class 3")


@pytest.fixture(scope="module")
def backbone() -> Classifier:
    made = classifier()
    made.history = (Learned("t1", 5, None, "last", True),)
    return made


def sets() -> tuple[ImageSet, ImageSet]:
    return ImageSet(*images(60, seed=1)), ImageSet(*images(60, first=2, seed=2))


def map_of(backbone: Classifier, params: StatisticsParams = PARAMS) -> FeatureMap:
    first, dictionary = sets()[0], None
    if params.dictionary.atoms:
        dictionary = learned_dictionary(first, params.dictionary, generator=generator(2))
    return first_feature_map(
        backbone.trunk,
        first,
        params,
        symmetries=("flip_horizontal",),
        generator=generator(),
        members=[classifier(seed=seed).trunk for seed in range(1, params.members)],
        dictionary=dictionary,
    )


def gathered_in_turn(
    backbone: Classifier, feature_map: FeatureMap, *sets_of_two: ImageSet
) -> FeatureStatistics:
    """Task by task: the labels of each set start anew."""
    so_far: FeatureStatistics | None = None
    for task in sets_of_two:
        new = gather(
            backbone.trunk,
            ImageSet(task.images, task.labels - task.labels.min()),
            feature_map,
            n_classes=2,
            progress=Silent(),
            scatter=None if so_far is None else so_far.scatter,
        )
        so_far = new if so_far is None else append(so_far, new)
    assert so_far is not None
    return so_far


def both_tasks(backbone: Classifier, params: StatisticsParams = PARAMS) -> Gathered:
    feature_map = map_of(backbone, params)
    statistics = gathered_in_turn(backbone, feature_map, *sets())
    return Gathered(statistics, feature_map, {"t1": (0, 1), "t2": (2, 3)}, NAMES)


def test_every_symmetric_copy_counts(backbone: Classifier) -> None:
    assert both_tasks(backbone).statistics.counts.tolist() == [60, 60, 60, 60]
    assert both_tasks(backbone, ENSEMBLE).statistics.counts.tolist() == [30, 30, 30, 30]


@pytest.mark.parametrize("params", [PARAMS, ENSEMBLE], ids=["one", "ensemble"])
def test_two_tasks_gathered_in_turn_equal_both_at_once(
    backbone: Classifier, params: StatisticsParams
) -> None:
    in_turn, (first, later) = both_tasks(backbone, params), sets()
    at_once = gather(
        backbone.trunk,
        first.joined(later),
        in_turn.feature_map,
        n_classes=4,
        progress=Silent(),
    )
    torch.testing.assert_close(in_turn.statistics.scatter, at_once.scatter)
    torch.testing.assert_close(in_turn.statistics.sums, at_once.sums)


def test_the_order_of_later_tasks_changes_no_decision(backbone: Classifier) -> None:
    """Only the first task makes features; the others are sums."""
    feature_map, (first, second) = map_of(backbone, ENSEMBLE), sets()
    third = ImageSet(*images(60, first=4, seed=3))
    logits = []
    for tasks in ([first, second, third], [first, third, second]):
        gathered = Gathered(
            gathered_in_turn(backbone, feature_map, *tasks),
            feature_map,
            {"t1": (0, 1), "t2": (2, 3), "t3": (4, 5)},
            (*NAMES, "class 4", "class 5"),
        )
        fitted = fitted_classifier(backbone, gathered, FIT, head="ridge", method="mine")
        logits.append(fitted(images(30, classes=6, seed=9)[0].float() / 255).logits)
    torch.testing.assert_close(logits[1][:, [0, 1, 4, 5, 2, 3]], logits[0], atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize(
    ("head", "params"), [("discriminant", PARAMS), ("ridge", PARAMS), ("ridge", ENSEMBLE)]
)
def test_a_fitted_classifier_knows_all_classes_and_comes_back(
    backbone: Classifier, tmp_path: Path, head: str, params: StatisticsParams
) -> None:
    gathered = both_tasks(backbone, params)
    save_statistics(tmp_path / "statistics", gathered)
    kept = load_statistics(tmp_path / "statistics")
    fitted = fitted_classifier(backbone, kept, FIT, head=head, method="mine")
    assert fitted.class_names == NAMES
    assert fitted.history[1:] == (Learned("t2", 5, "mine", "last", True),)
    data = ImageSet(*images(40, classes=4, seed=9))
    assert accuracy(fitted, data.parts(), data.labels) > 0.9
    save_classifier(tmp_path / "model", fitted)
    loaded = load_classifier(tmp_path / "model")
    before, again = (predict_parts(one, data.parts()) for one in (fitted, loaded))
    assert torch.equal(again, before)
    assert loaded.tasks == fitted.tasks
    assert loaded.history == fitted.history


def test_the_backbone_stays_as_it_is(backbone: Classifier) -> None:
    before = {name: value.clone() for name, value in backbone.state_dict().items()}
    fitted = fitted_classifier(backbone, both_tasks(backbone), FIT, head="ridge", method="mine")
    assert backbone.feature_map is None
    assert all(torch.equal(before[name], value) for name, value in backbone.state_dict().items())
    assert torch.equal(fitted.trunk.stem.weight, backbone.trunk.stem.weight)


def test_the_first_tasks_features_are_standardised(backbone: Classifier) -> None:
    feature_map = map_of(backbone)
    plain = PARAMS.model_copy(update={"projections": 0})
    standard = FeatureMap(plain, feature_map.symmetries)
    standard.centre, standard.scale = feature_map.centre, feature_map.scale
    copies = standard.pooled_copies(backbone.trunk, sets()[0].images.float() / 255)
    with torch.no_grad():
        found = torch.cat([standard.project(pooled) for pooled in copies])
    torch.testing.assert_close(found.mean(0), torch.zeros(48), atol=1e-4, rtol=0)
    assert (found.std(0) < 1.05).all()
