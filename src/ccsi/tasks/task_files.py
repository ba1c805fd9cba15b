"""The files of one task: arrays as npy, and task.json, which says what they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccsi.frame.artifacts import load_array, load_json, save_array, save_json
from ccsi.frame.errors import ArtifactError, DataError
from ccsi.tasks.images import LabelledImages

TUPLES = ("class_ids", "class_names", "source_classes", "symmetries", "warnings")


@dataclass(frozen=True)
class TaskInfo:
    """What a task holds. class_ids follow arrival; source_classes are the data set's own ids.

    side: pixels. counts: images of each split in the same folder. grouped_split: whether patients
    (groups) were known and none is in two splits. licence: of the images, None if unknown.
    """

    task: str
    class_ids: tuple[int, ...]
    class_names: tuple[str, ...]
    source_classes: tuple[int, ...]
    channels: int
    side: int
    symmetries: tuple[str, ...]
    grouped_split: bool
    source: str
    dataset: str
    licence: str | None
    counts: Mapping[str, int]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class TaskData:
    """What may be learnt from: training and validation images of one task."""

    info: TaskInfo
    train: LabelledImages
    val: LabelledImages


@dataclass(frozen=True)
class TestData:
    """The test images of one task, kept apart from TaskData."""

    __test__ = False  # no test case, though pytest would think so

    info: TaskInfo
    test: LabelledImages


def save_task(folder: Path, data: TaskData) -> None:
    """Write train_images.npy, train_labels.npy, val_images.npy, val_labels.npy and task.json."""
    _save(folder, "train_", data.train)
    _save(folder, "val_", data.val)
    _save_info(folder, data.info)


def save_test(folder: Path, data: TestData) -> None:
    """Write images.npy, labels.npy and task.json."""
    _save(folder, "", data.test)
    _save_info(folder, data.info)


def load_task(folder: Path, *, memory_map: bool = False) -> TaskData:
    """Read what `save_task` wrote. memory_map: images stay on disk until they are used.

    Raises ArtifactError where files are missing, damaged or do not belong together.
    """
    info = load_info(folder)
    train = _load(folder, "train_", info, memory_map=memory_map)
    return TaskData(info, train, _load(folder, "val_", info, memory_map=memory_map))


def load_test(folder: Path, *, memory_map: bool = False) -> TestData:
    """Read what `save_test` wrote; as `load_task`."""
    info = load_info(folder)
    return TestData(info, _load(folder, "", info, memory_map=memory_map))


def load_info(folder: Path) -> TaskInfo:
    """Read task.json alone. Raises ArtifactError where a key is missing or unknown."""
    path = folder / "task.json"
    record: dict[str, Any] = load_json(path)
    fields = {field.name for field in dataclasses.fields(TaskInfo)}
    if set(record) != fields:
        raise ArtifactError(f"{path}: keys differ from those expected: {set(record) ^ fields}")
    if not all(isinstance(record[key], list) for key in TUPLES):
        raise ArtifactError(f"{path}: one of {', '.join(TUPLES)} is no list")
    record.update({key: tuple(record[key]) for key in TUPLES})
    return TaskInfo(**record)


def _save_info(folder: Path, info: TaskInfo) -> None:
    save_json(folder / "task.json", dataclasses.asdict(info))


def _save(folder: Path, prefix: str, data: LabelledImages) -> None:
    save_array(folder / f"{prefix}images.npy", data.images)
    save_array(folder / f"{prefix}labels.npy", data.labels)


def _load(folder: Path, prefix: str, info: TaskInfo, *, memory_map: bool) -> LabelledImages:
    images = load_array(folder / f"{prefix}images.npy", memory_map=memory_map)
    labels = load_array(folder / f"{prefix}labels.npy")
    try:
        data = LabelledImages(images, labels)
    except DataError as error:
        raise ArtifactError(f"{folder}: {prefix}images.npy: {error}") from error
    if data.images.shape[2:] != (info.side, info.channels):
        raise ArtifactError(
            f"{folder}: {prefix}images.npy and task.json differ in side or channels"
        )
    if not set(data.labels.tolist()) <= set(info.class_ids):
        raise ArtifactError(f"{folder}: {prefix}labels.npy holds classes that task.json lacks")
    return data
