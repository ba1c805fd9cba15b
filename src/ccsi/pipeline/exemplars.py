"""The memory of exemplars of one task and those before it."""

from __future__ import annotations

from pathlib import Path

from ccsi.data.task_files import load_task
from ccsi.frame.artifacts import load_array, save_array
from ccsi.frame.errors import ArtifactError
from ccsi.models.store import MODEL_FILE, load_classifier
from ccsi.rehearsal.exemplars import choose_exemplars
from ccsi.training.images import ImageSet


def remember_task(data: Path, model: Path, before: Path, *, per_class: int) -> ImageSet:
    """Exemplars of every class the model knows: those of `before`, untouched, then the task's.

    before: a folder of exemplars, or a file that stands for none. Raises ArtifactError.
    """
    classifier = load_classifier(model / MODEL_FILE).eval()
    train = load_task(data).train
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
    """Write images.npy, uint8 [M, H, W, C], and labels.npy, as impressions are written."""
    save_array(folder / "images.npy", exemplars.images.permute(0, 2, 3, 1).numpy())
    save_array(folder / "labels.npy", exemplars.labels.numpy())


def load_exemplars(folder: Path) -> ImageSet:
    """Read what `save_exemplars` wrote. Raises ArtifactError where it cannot."""
    images, labels = load_array(folder / "images.npy"), load_array(folder / "labels.npy")
    return ImageSet.from_arrays(images, labels)
