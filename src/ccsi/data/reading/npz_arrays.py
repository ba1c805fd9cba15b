"""A whole npz data set with given splits: judged first, then read for a few classes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ccsi.data.reading.convert import to_channels, to_side
from ccsi.data.reading.group_splits import check_groups_apart
from ccsi.data.reading.group_table import index_groups
from ccsi.data.reading.names import check_class_names
from ccsi.data.reading.npz_file import NpzFile, open_npz
from ccsi.data.reading.source_images import SourceImages, chosen_names
from ccsi.data.reading.splits import SPLITS, check_no_class_empty
from ccsi.frame.errors import DataError
from ccsi.tasks.images import LabelledImages, check_image_shape

GIVEN = "a data set with given splits needs images of every class in each"


def read_splits(
    path: Path,
    classes: Sequence[int],
    names: Sequence[str],
    *,
    side: int | None = None,
    channels: int | None = None,
    groups: Path | None = None,
    warnings: Sequence[str] = (),
) -> SourceImages:
    """Check the whole file, then read the images of `classes` at the wanted side and channels.

    names: of all classes; groups: a table of split, index, group, else the keys train_groups,
    val_groups and test_groups, if the file has them. Raises DataError, one line, for any fault.
    """
    chosen = chosen_names(names, classes)
    with open_npz(path) as file:
        labels = _check(file, names)
        if side is None:
            check_image_shape(file.image_shape("train_images"), where=f"{path}: images")
        grouped = _check_groups(file, labels, groups)

        def part(split: str) -> LabelledImages:
            rows, positions = _rows_of(labels[split], classes)
            images = to_channels(file.images(f"{split}_images", rows), channels)
            return LabelledImages(to_side(images, side), positions)

        return SourceImages(
            chosen,
            train=part("train"),
            val=part("val"),
            test=part("test"),
            grouped=grouped,
            warnings=tuple(warnings),
        )


def names_in(path: Path, count: int | None) -> list[str]:
    """Class names from the key class_names, else "class 0" and so on.

    count: number of classes; None takes 1 + the largest training label.
    """
    with open_npz(path) as file:
        if "class_names" in file:
            stored = file.array("class_names")
            if stored.dtype.kind != "U" or stored.ndim != 1:
                raise DataError(f"{path}: class_names is no list of text")
            names = [str(name) for name in stored]
            check_class_names(names, where=str(path))
            if count not in (None, len(names)):
                raise DataError(f"{path}: {len(names)} class_names, dataset.classes = {count}")
            return names
        _check_keys(file)
        return [f"class {i}" for i in range(count or 1 + int(_labels(file, "train").max()))]


def _check(file: NpzFile, names: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    _check_keys(file)
    shapes = {split: file.image_shape(f"{split}_images") for split in SPLITS}
    labels = {split: _labels(file, split) for split in SPLITS}
    for split in SPLITS:
        if shapes[split][1:] != shapes["train"][1:]:
            raise DataError(
                f"{file.path}: {split}_images are {list(shapes[split][1:])}, "
                f"train_images {list(shapes['train'][1:])}"
            )
        if len(labels[split]) != shapes[split][0]:
            raise DataError(
                f"{file.path}: {shapes[split][0]} {split}_images, {len(labels[split])} labels"
            )
        largest = int(labels[split].max())
        if largest >= len(names):
            raise DataError(
                f"{file.path}: {split}_labels holds {largest}; there are {len(names)} classes, 0.."
                f"{len(names) - 1}"
            )
    together = np.concatenate([labels[split] for split in SPLITS])
    try:
        check_no_class_empty(_split_of_rows(labels), together, names, advice=GIVEN)
    except DataError as error:
        raise DataError(f"{file.path}: {error}") from error
    return labels


def _check_keys(file: NpzFile) -> None:
    needed = [f"{split}_{kind}" for split in SPLITS for kind in ("images", "labels")]
    missing = [key for key in needed if key not in file]
    if missing:
        raise DataError(f"{file.path}: {', '.join(missing)} missing; an npz needs {needed}")


def _labels(file: NpzFile, split: str) -> NDArray[np.int64]:
    """Labels int64 [N] from integers [N] or [N, 1]."""
    key = f"{split}_labels"
    header = file.header(key)
    if header.dtype.kind not in "iu":
        raise DataError(f"{file.path}: {key} is {header.dtype}; integers are needed")
    if len(header.shape) not in (1, 2) or header.shape[1:] not in ((), (1,)):
        raise DataError(
            f"{file.path}: {key} has shape {list(header.shape)}, not [N] or [N, 1]: "
            "one label per image is needed"
        )
    if header.shape[0] == 0:
        raise DataError(f"{file.path}: {key} is empty")
    labels = file.array(key).reshape(-1)
    if labels.min() < 0 or labels.max() > np.iinfo(np.int32).max:
        wrong = int(labels.min()) if labels.min() < 0 else int(labels.max())
        raise DataError(f"{file.path}: {key} holds {wrong}, which is no class")
    return labels.astype(np.int64)


def _check_groups(file: NpzFile, labels: dict[str, NDArray[np.int64]], table: Path | None) -> bool:
    if table is not None:
        counts = {split: len(labels[split]) for split in SPLITS}
        groups = index_groups(table, counts)
        check_groups_apart(_split_of_rows(labels), groups, where=str(table))
        return True
    keys = [key for key in (f"{split}_groups" for split in SPLITS) if key in file]
    if not keys:
        return False
    if len(keys) < len(SPLITS):
        raise DataError(f"{file.path}: only {', '.join(keys)}; every split needs its groups")
    found = [name for split in SPLITS for name in _groups(file, split, len(labels[split]))]
    check_groups_apart(_split_of_rows(labels), found, where=str(file.path))
    return True


def _groups(file: NpzFile, split: str, count: int) -> list[str]:
    groups = file.array(f"{split}_groups")
    if groups.dtype.kind not in "iuU" or groups.size != count:
        raise DataError(
            f"{file.path}: {split}_groups is {groups.dtype} {list(groups.shape)}; "
            f"integers or text [{count}] are needed"
        )
    return [str(group) for group in groups.reshape(-1)]


def _split_of_rows(labels: dict[str, NDArray[np.int64]]) -> NDArray[np.int8]:
    counts = [len(labels[split]) for split in SPLITS]
    return np.repeat(np.arange(len(SPLITS), dtype=np.int8), counts)


def _rows_of(
    labels: NDArray[np.int64], classes: Sequence[int]
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which images are of `classes` [N], and the positions of their labels in `classes` [n]."""
    position = np.full(1 + max(int(labels.max()), *classes), -1, dtype=np.int64)
    position[list(classes)] = np.arange(len(classes))
    rows = position[labels] >= 0
    return rows, position[labels[rows]]


def image_side(path: Path) -> int:
    """Height in pixels of the training images."""
    with open_npz(path) as file:
        _check_keys(file)
        return file.image_shape("train_images")[1]
