"""Which images a person means by files, folders, patterns and npz files. Nothing is decoded."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ccsi.data.reading.image_files import check_suffix, inspect
from ccsi.data.reading.image_tree import LITTER
from ccsi.data.reading.names import natural_key
from ccsi.data.reading.npz_file import open_npz
from ccsi.frame.errors import DataError

PATTERN = "*?["


@dataclass(frozen=True)
class Wanted:
    """The images that a model was made for; resize: others are made to fit, not refused."""

    side: int
    channels: int
    resize: bool = False

    @property
    def kind(self) -> str:
        """As in "the model takes grayscale images"."""
        return "grayscale" if self.channels == 1 else "colour"


@dataclass(frozen=True)
class NpzImages:
    """The array `key` of an npz file."""

    path: Path
    key: str


Input = Path | NpzImages


def find_inputs(given: Sequence[str]) -> list[Input]:
    """Image files in natural order of their names within each folder, and npz arrays.

    A folder stands for all images below it. FILE.npz stands for its array `images`, or its only
    array; FILE.npz:KEY for that one. Raises DataError where something is missing or no image.
    """
    found: list[Input] = []
    for name in given:
        found += _expand(name)
    return found


def check_inputs(inputs: Sequence[Input], wanted: Wanted) -> None:
    """Judge all headers before anything is predicted. Raises DataError naming the first fault."""
    for item in inputs:
        if isinstance(item, NpzImages):
            with open_npz(item.path) as file:
                _, height, width, channels = file.image_shape(item.key)
                if file.header(item.key).fortran and channels * height * width > 1:
                    raise DataError(
                        f"{item.path}: {item.key} lies in Fortran order; save "
                        "np.ascontiguousarray of it"
                    )
            _check(f"{item.path}: {item.key}", wanted, width, height, colour=channels == 3)
        else:
            header = inspect(item)
            _check(str(item), wanted, header.width, header.height, colour=header.colour)


def _check(where: str, wanted: Wanted, width: int, height: int, *, colour: bool) -> None:
    if wanted.resize:
        return
    if (width, height) != (wanted.side, wanted.side):
        raise DataError(
            f"{where}: {width} x {height} pixels; the model was made for {wanted.side} x "
            f"{wanted.side}; --resize crops to the central square and resizes"
        )
    if colour != (wanted.channels == 3):
        raise DataError(
            f"{where}: {'in colour' if colour else 'grayscale'}; the model was made for "
            f"{wanted.kind} images; --resize converts too"
        )


def _expand(name: str) -> list[Input]:
    path = Path(name)
    stem, separator, key = name.rpartition(":")
    if path.is_dir():
        return list(_images_below(path))
    if path.suffix.lower() == ".npz" and path.exists():
        return [NpzImages(path, _only_array(path))]
    if separator and stem.lower().endswith(".npz"):
        return [_named_array(Path(stem), key)]
    if path.exists():
        check_suffix(path)
        return [path]
    if any(character in name for character in PATTERN):
        matches = sorted(glob.glob(name, recursive=True), key=natural_key)
        if matches:
            return [item for match in matches for item in _expand(match)]
        raise DataError(f"{name}: the pattern matches nothing")
    raise DataError(f"{name}: no such file or folder")


def _images_below(root: Path) -> Iterator[Path]:
    """Every image file below a folder; other files are refused, so that none is left out unseen."""
    empty = True
    for folder, folders, files in os.walk(root, onerror=_unreadable):
        folders[:] = sorted((f for f in folders if not f.startswith(".")), key=natural_key)
        for linked in (Path(folder, f) for f in folders):
            if linked.is_symlink():
                raise DataError(f"{linked}: a link to a folder is not followed; name that folder")
        for file in sorted(files, key=natural_key):
            if not file.startswith(".") and file.lower() not in LITTER:
                empty = False
                check_suffix(Path(folder, file))
                yield Path(folder, file)
    if empty:
        raise DataError(f"{root}: holds no images")


def _unreadable(error: OSError) -> None:
    raise DataError(f"{error.filename}: cannot be read: {error.strerror}")


def _only_array(path: Path) -> str:
    with open_npz(path) as file:
        keys = [name.removesuffix(".npy") for name in file.archive.namelist()]
    if "images" in keys:
        return "images"
    if len(keys) == 1:
        return keys[0]
    first = f"{path}:{keys[0]}" if keys else "nothing"
    raise DataError(f"{path}: holds {', '.join(keys) or 'nothing'}; say which, as {first}")


def _named_array(path: Path, key: str) -> NpzImages:
    if not path.is_file():
        raise DataError(f"{path}: no such file or folder")
    with open_npz(path) as file:
        if key not in file:
            known = ", ".join(name.removesuffix(".npy") for name in file.archive.namelist())
            raise DataError(f"{path}: has no array {key!r}; it holds {known}")
    return NpzImages(path, key)
