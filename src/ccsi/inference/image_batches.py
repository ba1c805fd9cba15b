"""Images from files and npz arrays in batches, however many there are: one batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ccsi.data.reading.convert import to_channels, to_side
from ccsi.data.reading.image_files import decode
from ccsi.data.reading.npz_file import open_npz
from ccsi.inference.image_inputs import Input, NpzImages, Wanted

CHUNK = 1 << 24  # bytes of an npz array read at a time


@dataclass(frozen=True)
class ImageBatch:
    """names [n]: files, or FILE.npz:KEY[index]; images uint8 [n, side, side, C]."""

    names: Sequence[str]
    images: NDArray[np.uint8]


def read_batches(inputs: Sequence[Input], wanted: Wanted, *, length: int) -> Iterator[ImageBatch]:
    """All images in order, `length` at a time; files and arrays share no batch.

    Raises DataError for a file whose pixels cannot be decoded.
    """
    waiting: list[tuple[str, NDArray[np.uint8]]] = []
    for item in inputs:
        if not isinstance(item, NpzImages):
            side = wanted.side if wanted.resize else None
            waiting.append((_printable(item), decode(item, channels=wanted.channels, side=side)))
        if waiting and (len(waiting) == length or isinstance(item, NpzImages)):
            yield _together(waiting)
            waiting = []
        if isinstance(item, NpzImages):
            yield from _npz_batches(item, wanted, length)
    if waiting:
        yield _together(waiting)


def _together(waiting: Sequence[tuple[str, NDArray[np.uint8]]]) -> ImageBatch:
    return ImageBatch([name for name, _ in waiting], np.stack([image for _, image in waiting]))


def _npz_batches(item: NpzImages, wanted: Wanted, length: int) -> Iterator[ImageBatch]:
    with open_npz(item.path) as file:
        count, *shape = file.image_shape(item.key)
        size = int(np.prod(shape))
        rows = max(1, min(length, CHUNK // size))
        with file.member(item.key) as stream:
            stream.read(file.header(item.key).offset)
            for start in range(0, count, rows):
                taken = min(rows, count - start)
                content = stream.read(taken * size)
                if len(content) != taken * size:
                    raise EOFError(f"{taken * size - len(content)} bytes are missing")
                images = np.frombuffer(content, dtype=np.uint8).reshape(taken, *shape)
                names = [
                    f"{_printable(item.path)}:{item.key}[{start + row}]" for row in range(taken)
                ]
                yield ImageBatch(names, _fitted(images, wanted))


def _printable(path: Path) -> str:
    """A file's name need not be text; bytes that are none become question marks."""
    return str(path).encode(errors="replace").decode()


def _fitted(images: NDArray[np.uint8], wanted: Wanted) -> NDArray[np.uint8]:
    converted = to_channels(images, wanted.channels)
    return to_side(converted, wanted.side) if wanted.resize else converted
