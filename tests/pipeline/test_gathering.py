"""What a stage adds to the statistics before: task by task it is what all images at once give."""

from pathlib import Path

import pytest
import torch
from sklearn.linear_model import Ridge

from ccsi.frame.errors import ArtifactError
from ccsi.frame.progress import Silent
from ccsi.models.feature_map_params import StatisticsParams
from ccsi.models.store import MODEL_FILE, save_classifier
from ccsi.pipeline.gathering import gather_task
from ccsi.pipeline.learned import load_arrival
from ccsi.seeding import torch_generators
from ccsi.statistics.heads import HEADS
from ccsi.statistics.params import FitParams
from ccsi.statistics.store import STATISTICS_FILE, Gathered, save_statistics
from ccsi.tasks.task_files import save_task
from tests.toy_networks import classifier, images
from tests.toy_tasks import toy_task

PARAMS = StatisticsParams(
    features="stages", poolings=("mean", "max"), projections=30, symmetries=False
)
FIT = FitParams(shrinkage=0.01, ridge=0.01)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Tasks of 2, 1 and 2 classes, and a network of the first."""
    first = 0
    for task, names in {"t1": ("a", "b"), "t2": ("c",), "t3": ("d", "e")}.items():
        save_task(tmp_path / task, toy_task(task, names, first=first, train=20))
        first += len(names)
    save_classifier(tmp_path / "model" / MODEL_FILE, classifier())
    (tmp_path / "none").touch()
    return tmp_path


def gathered(project: Path, task: str, before: str, params: StatisticsParams = PARAMS) -> Gathered:
    return gather_task(
        project / task,
        project / "model",
        project / "none",
        project / before,
        params,
        generator_for=torch_generators(0, stage="gather", task=task),
        progress=Silent(),
    )


def all_tasks(project: Path) -> Gathered:
    before = "none"
    for task in ("t1", "t2", "t3"):
        found = gathered(project, task, before)
        before = f"statistics of {task}"
        save_statistics(project / before / STATISTICS_FILE, found)
    return found


def test_task_by_task_is_all_at_once_and_scikit_learns_regression(project: Path) -> None:
    found = all_tasks(project)
    sets = [load_arrival(project / task).train for task in ("t1", "t2", "t3")]
    trunk, fresh = classifier().trunk.eval(), images(40, classes=5, seed=9)[0].float() / 255
    with torch.no_grad():
        features = torch.cat(
            [found.feature_map(trunk, each.images.float() / 255) for each in sets]
        ).double()
        new = found.feature_map(trunk, fresh).double()
    labels = torch.cat([each.labels for each in sets])
    onehot = torch.nn.functional.one_hot(labels).double()
    statistics = found.statistics
    assert statistics.counts.tolist() == [10, 10, 20, 10, 10]
    torch.testing.assert_close(statistics.scatter, features.T @ features)
    torch.testing.assert_close(statistics.sums, onehot.T @ features)
    centred = features - features.mean(0)
    alpha = FIT.ridge * float((centred.T @ centred).diagonal().mean())
    regression = Ridge(alpha=alpha).fit(features.numpy(), onehot.numpy())
    expected = torch.from_numpy(regression.predict(new.numpy()))
    scores = HEADS["ridge"](found, FIT)(new)
    # The head's scores are the regression's times one factor.
    factor = float(scores.std() / expected.std())
    torch.testing.assert_close(scores, expected * factor, rtol=1e-4, atol=1e-4 * factor)
    assert found.tasks == {"t1": (0, 1), "t2": (2,), "t3": (3, 4)}
    assert found.class_names == ("a", "b", "c", "d", "e")


def test_a_task_out_of_turn_and_other_features_are_refused(project: Path) -> None:
    with pytest.raises(ArtifactError, match=r"starts at class 2, but .*none counts 0 classes"):
        gathered(project, "t2", "none")
    save_statistics(project / "before" / STATISTICS_FILE, gathered(project, "t1", "none"))
    with pytest.raises(ArtifactError, match=r"starts at class 3, but .*before counts 2 classes"):
        gathered(project, "t3", "before")
    other = PARAMS.model_copy(update={"poolings": ("mean",)})
    with pytest.raises(ArtifactError, match="holds statistics of other features"):
        gathered(project, "t2", "before", other)
