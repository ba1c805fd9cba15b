"""Folders of images as they lie on disk: classes, files and given splits. Nothing is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ccsi.data.reading.image_files import check_suffix
from ccsi.data.reading.names import check_class_names, natural_key
from ccsi.data.reading.splits import SPLITS
from ccsi.frame.errors import DataError

LITTER = ("thumbs.db", "desktop.ini")  # what file managers leave; so are hidden files


@dataclass(frozen=True)
class ImageTree:
    """All image files below `root`, in natural order.

    names: of the classes. files: relative to `root`, with "/". labels: int64 [N], positions in
    `names`. splits: int8 [N], positions in SPLITS, where the folder has train/, val/ and test/.
    """

    root: Path
    names: tuple[str, ...]
    files: tuple[str, ...]
    labels: NDArray[np.int64]
    splits: NDArray[np.int8] | None


def class_folders(root: Path) -> list[str]:
    """Names of the classes below `root`, in natural order: its folders, or those in train/.

    Raises DataError where there are none, or where given splits have different classes.
    """
    found = folders(root, root)
    given = [split for split in SPLITS if split in found]
    if not given:
        names = found
    elif set(found) != set(SPLITS):
        raise DataError(
            f"{root}: has {', '.join(given)} beside or without others; given splits need exactly "
            "the folders train, val and test"
        )
    else:
        names = folders(root / "train", root)
        for split in SPLITS:
            if folders(root / split, root) != names:
                raise DataError(f"{root / split}: its classes are not those of {root / 'train'}")
    if not names:
        raise DataError(f"{root}: holds no class folders")
    check_class_names(names, where=str(root))
    return names


def read_tree(root: Path) -> ImageTree:
    """List all images. Raises DataError for empty classes, strange files, links that lead out."""
    names = class_folders(root)
    given = set(folders(root, root)) == set(SPLITS)
    files: list[str] = []
    labels: list[int] = []
    splits: list[int] = []
    for number, split in enumerate(SPLITS if given else (".",)):
        for label, name in enumerate(names):
            images = _images(root / split / name, root)
            files += [path.relative_to(root).as_posix() for path in images]
            labels += [label] * len(images)
            splits += [number] * len(images)
    return ImageTree(
        root,
        tuple(names),
        tuple(files),
        np.array(labels, dtype=np.int64),
        np.array(splits, dtype=np.int8) if given else None,
    )


def folders(folder: Path, root: Path) -> list[str]:
    """Names of the folders in `folder`, in natural order; plain files beside them are ignored."""
    return [path.name for path in _entries(folder, root) if path.is_dir()]


def _images(folder: Path, root: Path) -> list[Path]:
    entries = _entries(folder, root)
    for path in entries:
        if path.is_dir():
            raise DataError(f"{path}: a folder inside a class folder; only images belong there")
        if not path.is_file():
            raise DataError(f"{path}: not a file, or a link to nothing")
        check_suffix(path)
    if not entries:
        raise DataError(f"{folder}: holds no images")
    return entries


def _entries(folder: Path, root: Path) -> list[Path]:
    try:
        found = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        raise DataError(f"{folder}: cannot be read: {error.strerror or error}") from error
    kept = [path for path in found if path.name.lower() not in LITTER]
    for path in kept:
        if path.is_symlink() and not _stays_inside(path, root):
            raise DataError(f"{path}: a link that leads out of {root}; copy the files instead")
    return sorted(kept, key=lambda path: natural_key(path.name))


def _stays_inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # a link that points to itself
        return False
