"""Between the files of a run and the tensors of the learning stages: tasks and models."""

from __future__ import annotations

from pathlib import Path

from ccsi.execution.images import ImageSet
from ccsi.frame.artifacts import save_table
from ccsi.models.classifier import Classifier
from ccsi.models.store import MODEL_FILE, save_classifier
from ccsi.tasks.task_files import load_task
from ccsi.training.learn import Arrival
from ccsi.training.loop import Curve


def load_arrival(folder: Path) -> Arrival:
    """A task's train and validation images, from data/tasks/<task>."""
    data = load_task(folder, memory_map=True)
    return Arrival(
        data.info.task,
        data.info.class_names,
        ImageSet.from_arrays(data.train.images, data.train.labels),
        ImageSet.from_arrays(data.val.images, data.val.labels),
        tuple(data.info.symmetries),
    )


def save_learned(folder: Path, classifier: Classifier, curve: Curve) -> None:
    """Write a model and the curve of its training."""
    save_classifier(folder / MODEL_FILE, classifier)
    save_table(folder / "training.csv", curve, columns=("epoch", "term", "value"))
