"""The memory of exemplars of one task and those before it."""

from __future__ import annotations

from pathlib import Path

from ccsi.execution.images import ImageSet
from ccsi.frame.errors import ArtifactError
from ccsi.models.store import MODEL_FILE, load_classifier
from ccsi.pipeline.labelled import load_labelled, save_labelled
from ccsi.rehearsal.exemplars import choose_exemplars
from ccsi.tasks.task_files import load_task


def remember_task(data: Path, model: Path, before: Path, *, per_class: int) -> ImageSet:
    """Exemplars of every class the model knows: those of `before`, untouched, then the task's.

    before: a folder of exemplars, or a file that stands for none. Raises ArtifactError.
    """
    classifier = load_classifier(model / MODEL_FILE).eval()
    train = load_task(data, memory_map=True).train
    new = choose_exemplars(
        classifier.trunk, ImageSet.from_arrays(train.images, train.labels), per_class=per_class
    )
    kept = new if before.is_file() else load_exemplars(before).joined(new)
    if set(kept.labels.tolist()) != set(range(classifier.n_classes)):
        raise ArtifactError(
            f"{before} and {data} do not hold the model's {classifier.n_classes} classes; "
            f"remove {before} and run `dvc repro`"
        )
    return kept


def save_exemplars(folder: Path, exemplars: ImageSet) -> None:
    """Write exemplars as impressions are written."""
    save_labelled(folder, exemplars.images.permute(0, 2, 3, 1).numpy(), exemplars.labels.numpy())


def load_exemplars(folder: Path) -> ImageSet:
    """Read what `save_exemplars` wrote. Raises ArtifactError where it cannot."""
    found = load_labelled(folder)
    return ImageSet.from_arrays(found.images, found.labels)
