"""Mean images of classes: what is kept of a class's training images beside the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ccsi.frame.artifacts import load_array, load_json, release, save_array, save_json
from ccsi.frame.errors import ArtifactError, DataError
from ccsi.frame.section import Section
from ccsi.tasks.task_files import TaskData

CHUNK = 1 << 24  # bytes of images summed at a time, so that mapped images stay on disk
WHITE = 255


class MeansParams(Section):
    """Of how many images a mean must be, and the noise on it; see docs/privacy.md."""

    minimum: int = Field(ge=0)
    noise: float = Field(ge=0)
    noise_seed: int | None = Field(ge=0)


@dataclass(frozen=True)
class ClassMeans:
    """Mean images float32 [K, H, W, C] in [0, 1] of classes 0..K-1, their names and counts."""

    means: NDArray[np.float32]
    class_names: tuple[str, ...]
    counts: tuple[int, ...]

    def __post_init__(self) -> None:
        if not len(self.means) == len(self.class_names) == len(self.counts):
            raise DataError(
                f"{len(self.means)} class means, {len(self.class_names)} names, "
                f"{len(self.counts)} counts: one of each is needed per class"
            )


def class_means(
    images: NDArray[np.uint8], labels: NDArray[np.int64], class_ids: Sequence[int]
) -> NDArray[np.float32]:
    """The mean of all images of each class, float32 [len(class_ids), H, W, C] in [0, 1].

    images: uint8 [N, H, W, C], possibly memory-mapped; labels: [N]. Sums are exact (integers in
    float64), so that the order and the chunks do not matter. Raises DataError for an empty class.
    """
    means = np.empty((len(class_ids), *images.shape[1:]), dtype=np.float32)
    step = max(1, CHUNK // int(np.prod(images.shape[1:])))
    for position, class_id in enumerate(class_ids):
        rows = np.flatnonzero(labels == class_id)
        if not len(rows):
            raise DataError(f"class {class_id} has no training images, so no mean image")
        total = np.zeros(images.shape[1:], dtype=np.float64)
        for start in range(0, len(rows), step):
            total += images[rows[start : start + step]].sum(axis=0, dtype=np.float64)
            release(images)
        means[position] = total / (len(rows) * WHITE)
    return means


def task_means(data: TaskData) -> ClassMeans:
    """The mean training image of each class of one task."""
    labels, class_ids = data.train.labels, data.info.class_ids
    counts = tuple(int((labels == class_id).sum()) for class_id in class_ids)
    means = class_means(data.train.images, labels, class_ids)
    return ClassMeans(means, data.info.class_names, counts)


def refuse_few(means: ClassMeans, minimum: int) -> None:
    """Raise DataError for a class of fewer than `minimum` images, whose mean would tell of them."""
    for name, count in zip(means.class_names, means.counts, strict=True):
        if count < minimum:
            raise DataError(
                f"class {name!r} has {count} training images, fewer than means.minimum = "
                f"{minimum}: a mean of so few shows who is in it (docs/privacy.md); get more "
                "images, or allow it with `ccsi config means.minimum=0`"
            )


def noisy(means: ClassMeans, noise: float, *, generator: np.random.Generator) -> ClassMeans:
    """The means with normal noise of that standard deviation on every value, clipped to [0, 1].

    Clipping tells nothing more of the images (post-processing).
    """
    added = means.means + generator.normal(0.0, noise, means.means.shape)
    clipped = np.clip(added, 0.0, 1.0).astype(np.float32)
    return ClassMeans(clipped, means.class_names, means.counts)


def append_means(previous: ClassMeans | None, new: ClassMeans) -> ClassMeans:
    """The classes of earlier tasks, untouched, followed by the new ones.

    previous: None before the first task. Raises DataError where the images of the new task have
    another size, or a class comes back.
    """
    if previous is None:
        return new
    old_shape, new_shape = list(previous.means.shape[1:]), list(new.means.shape[1:])
    if old_shape != new_shape:
        raise DataError(
            f"images of the new task are {new_shape} (height, width, channels), those of earlier "
            f"tasks {old_shape}; set dataset.side and dataset.channels"
        )
    known = set(previous.class_names) & set(new.class_names)
    if known:
        raise DataError(f"class {min(known)!r} has already arrived with an earlier task")
    return ClassMeans(
        np.concatenate([previous.means, new.means]),
        previous.class_names + new.class_names,
        previous.counts + new.counts,
    )


def save_means(folder: Path, means: ClassMeans) -> None:
    """Write means.npy and means.json."""
    save_array(folder / "means.npy", means.means)
    record = {"class_names": list(means.class_names), "counts": list(means.counts)}
    save_json(folder / "means.json", record)


def load_means(folder: Path) -> ClassMeans:
    """Read what `save_means` wrote. Raises ArtifactError where it is missing or damaged."""
    means = load_array(folder / "means.npy")
    record = load_json(folder / "means.json")
    names, counts = record.get("class_names"), record.get("counts")
    if not isinstance(names, list) or not isinstance(counts, list):
        raise ArtifactError(f"{folder / 'means.json'}: class_names and counts are needed")
    if means.dtype != np.float32 or means.ndim != 4:
        raise ArtifactError(f"{folder / 'means.npy'}: float32 [K, H, W, C] is needed")
    try:
        return ClassMeans(means, tuple(names), tuple(counts))
    except DataError as error:
        raise ArtifactError(f"{folder}: {error}") from error
