"""Labelled images: the one form in which images travel between stages."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ccsi.frame.artifacts import release
from ccsi.frame.errors import DataError

SIDES = (8, 1024)
CHANNELS = (1, 3)
IN_MEMORY = 1 << 26  # bytes; larger arrays are backed by an unnamed temporary file
CHUNK = 1 << 24  # bytes copied between two such arrays at a time


@dataclass(frozen=True)
class LabelledImages:
    """Square images with one class each.

    images: uint8 [N, H, W, C], H = W within 8..1024, C = 1 (grayscale) or 3 (RGB), N >= 1.
    labels: int64 [N], each at least 0.
    Raises DataError where the arrays are anything else.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __post_init__(self) -> None:
        check_image_shape(self.images.shape, where="images")
        if self.images.dtype != np.uint8:
            raise DataError(f"images are {self.images.dtype}; uint8 in 0..255 is needed")
        if self.labels.dtype != np.int64 or self.labels.shape != self.images.shape[:1]:
            raise DataError(
                f"labels are {self.labels.dtype} {list(self.labels.shape)}; "
                f"int64 [{len(self.images)}] is needed"
            )
        if self.labels.min() < 0:
            raise DataError(f"label {self.labels.min()} is negative")

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: NDArray[np.int64]) -> LabelledImages:
        """The images of some rows, in that order."""
        chosen = allocate((len(rows), *self.images.shape[1:]))
        step = max(1, CHUNK // int(np.prod(self.images.shape[1:])))
        for start in range(0, len(rows), step):
            chosen[start : start + step] = self.images[rows[start : start + step]]
            release(self.images)
            release(chosen)
        return LabelledImages(chosen, self.labels[rows])


def check_image_shape(shape: tuple[int, ...], *, where: str) -> None:
    """Raise DataError unless `shape` is [N, H, H, C] with sound sizes."""
    if len(shape) != 4 or shape[3] not in CHANNELS:
        raise DataError(f"{where} have shape {list(shape)}; [N, H, W, 1 or 3] is needed")
    if shape[0] < 1:
        raise DataError(f"{where} are empty")
    if shape[1] != shape[2]:
        raise DataError(
            f"{where} are {shape[1]} x {shape[2]} pixels, not square; "
            "dataset.side=<pixels> crops and resizes them"
        )
    if not SIDES[0] <= shape[1] <= SIDES[1]:
        raise DataError(f"{where} have side {shape[1]}; {SIDES[0]}..{SIDES[1]} pixels are handled")


def allocate(shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """An uint8 array to be filled; one too large for memory lies in an unnamed temporary file."""
    if int(np.prod(shape, dtype=np.int64)) <= IN_MEMORY:
        return np.empty(shape, dtype=np.uint8)
    with tempfile.TemporaryFile() as stream:
        _reserve(stream.fileno(), int(np.prod(shape, dtype=np.int64)))
        return np.memmap(stream, dtype=np.uint8, mode="w+", shape=shape)


def _reserve(handle: int, count: int) -> None:
    """Claim the disk space now: a mapped file on a full disk would end the process without a word.

    Raises DataError where there is not as much.
    """
    if not hasattr(os, "posix_fallocate"):
        return
    try:
        os.posix_fallocate(handle, 0, count)
    except OSError as error:
        raise DataError(
            f"{tempfile.gettempdir()}: no room for {count} bytes of images: "
            f"{error.strerror or error}; set TMPDIR to a larger disk"
        ) from error
