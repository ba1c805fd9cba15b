"""The memory of exemplars: what it held stays in it, the task's own join."""

from pathlib import Path

import pytest
import torch

from ccsi.frame.errors import ArtifactError
from ccsi.models.store import MODEL_FILE, save_classifier
from ccsi.pipeline.exemplars import load_exemplars, remember_task, save_exemplars
from ccsi.tasks.task_files import save_task
from tests.toy_networks import classifier, generator
from tests.toy_tasks import toy_task


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two tasks of two classes and the network of each."""
    (tmp_path / "none").touch()
    for task, first in (("t1", 0), ("t2", 2)):
        save_task(tmp_path / task, toy_task(task, first=first, train=20))
    network = classifier()
    save_classifier(tmp_path / "model of t1" / MODEL_FILE, network)
    network.add_task("t2", ["c", "d"], generator=generator())
    save_classifier(tmp_path / "model of t2" / MODEL_FILE, network)
    return tmp_path


def remember(project: Path, task: str, before: str, per_class: int) -> None:
    kept = remember_task(
        project / task, project / f"model of {task}", project / before, per_class=per_class
    )
    save_exemplars(project / f"memory of {task}", kept)


def test_old_exemplars_stay_as_they_are_and_new_ones_are_of_the_new_task(project: Path) -> None:
    remember(project, "t1", "none", 3)
    remember(project, "t2", "memory of t1", 4)
    before, after = (load_exemplars(project / f"memory of {task}") for task in ("t1", "t2"))
    assert before.labels.tolist() == [0] * 3 + [1] * 3
    assert after.labels.tolist() == [0] * 3 + [1] * 3 + [2] * 4 + [3] * 4
    assert torch.equal(after.images[:6], before.images)
    train = toy_task("t2", first=2, train=20).train
    for image, label in zip(after.images[6:], after.labels[6:], strict=True):
        own = torch.from_numpy(train.images[train.labels == int(label)]).permute(0, 3, 1, 2)
        assert (own == image).flatten(1).all(1).any()


def test_a_memory_that_lacks_classes_of_the_model_is_refused(project: Path) -> None:
    with pytest.raises(ArtifactError, match="do not hold the model's 4 classes"):
        remember(project, "t2", "none", 3)
