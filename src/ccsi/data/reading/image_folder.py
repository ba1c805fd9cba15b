"""A folder of images as labelled, split arrays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ccsi.data.params import DatasetParams
from ccsi.data.reading.convert import RELEASED
from ccsi.data.reading.group_splits import (
    MORE_GROUPS,
    check_groups_apart,
    split_by_group,
    split_by_hash,
)
from ccsi.data.reading.group_table import file_groups, table_inside
from ccsi.data.reading.image_files import ImageHeader, decode, inspect
from ccsi.data.reading.image_tree import ImageTree, read_tree
from ccsi.data.reading.source_images import SourceImages, chosen_names
from ccsi.data.reading.splits import TEST, TRAIN, VAL, check_no_class_empty, split_by_class
from ccsi.frame.artifacts import release
from ccsi.frame.errors import DataError
from ccsi.tasks.images import LabelledImages, allocate, check_image_shape


def read_folder(
    dataset: DatasetParams, root: Path, classes: Sequence[int], *, stateless_groups: bool
) -> SourceImages:
    """Judge every file below `root`, decide the splits, then decode the images of `classes`.

    classes: positions among the class folders. stateless_groups: each group's split follows from
    its name alone (`split_by_hash`). A set that mixes grayscale and colour is refused unless
    dataset.channels says which it shall be. Raises DataError.
    """
    tree = read_tree(root)
    names = chosen_names(tree.names, classes)
    channels = _channels(tree, dataset, _headers(tree))
    groups = _groups(dataset, tree)
    splits = _splits(dataset, tree, groups, stateless=stateless_groups)

    def part(split: int) -> LabelledImages:
        return _decode(tree, splits == split, classes, channels=channels, side=dataset.side)

    return SourceImages(
        names,
        train=part(TRAIN),
        val=part(VAL),
        test=part(TEST),
        grouped=groups is not None,
    )


def _headers(tree: ImageTree) -> list[ImageHeader]:
    return [inspect(tree.root / file) for file in tree.files]


def _channels(tree: ImageTree, dataset: DatasetParams, headers: Sequence[ImageHeader]) -> int:
    if dataset.side is None:
        _check_uniform(tree, headers)
    if dataset.channels is not None:
        return dataset.channels
    colour = [header.colour for header in headers]
    if any(colour) and not all(colour):
        raise DataError(
            f"{tree.root}: {tree.files[colour.index(True)]} is in colour, "
            f"{tree.files[colour.index(False)]} is not; set dataset.channels to 1 or 3"
        )
    return 3 if colour[0] else 1


def _check_uniform(tree: ImageTree, headers: Sequence[ImageHeader]) -> None:
    first = headers[0]
    check_image_shape((1, first.height, first.width, 1), where=f"{tree.root}: images")
    for file, header in zip(tree.files, headers, strict=True):
        if (header.width, header.height) != (first.width, first.height):
            raise DataError(
                f"{tree.root / file}: {header.width} x {header.height} pixels, {tree.files[0]} is "
                f"{first.width} x {first.height}; dataset.side=<pixels> resizes them"
            )


def _groups(dataset: DatasetParams, tree: ImageTree) -> list[str] | None:
    if dataset.groups is None:
        return None
    return file_groups(table_inside(tree.root, dataset.groups), tree.files)


def _splits(
    dataset: DatasetParams, tree: ImageTree, groups: list[str] | None, *, stateless: bool
) -> NDArray[np.int8]:
    val, test, seed = dataset.val_fraction, dataset.test_fraction, dataset.split_seed
    advice = f"{tree.root}: {MORE_GROUPS}"
    if tree.splits is not None:
        splits = tree.splits
    elif groups is None:
        splits = split_by_class(
            tree.labels, tree.names, val_fraction=val, test_fraction=test, seed=seed
        )
    elif stateless:
        splits = split_by_hash(groups, val_fraction=val, test_fraction=test, seed=seed)
    else:
        splits = split_by_group(
            tree.labels, groups, val_fraction=val, test_fraction=test, seed=seed
        )
    check_no_class_empty(splits, tree.labels, tree.names, advice=advice)
    if groups is not None:
        check_groups_apart(splits, groups, where=str(tree.root))
    return splits


def _decode(
    tree: ImageTree,
    wanted: NDArray[np.bool_],
    classes: Sequence[int],
    *,
    channels: int,
    side: int | None,
) -> LabelledImages:
    position = {source: i for i, source in enumerate(classes)}
    rows = [int(row) for row in np.flatnonzero(wanted & np.isin(tree.labels, classes))]
    labels = np.array([position[int(tree.labels[row])] for row in rows], dtype=np.int64)
    images: NDArray[np.uint8] | None = None
    for number, row in enumerate(rows):
        image = decode(tree.root / tree.files[row], channels=channels, side=side)
        if images is None:
            images = allocate((len(rows), *image.shape))
        images[number] = image
        if number % RELEASED == 0:
            release(images)
    if images is None:  # check_no_class_empty has run
        raise DataError(f"{tree.root}: no images of the classes {list(classes)}")
    return LabelledImages(images, labels)
