"""Reading of MedMNIST-format npz files, checked before anything large is read.

The arrays inside are found and judged by their headers; images are then streamed, so that a file
far larger than memory can give the images of a few classes. Nothing is ever unpickled.
"""

from __future__ import annotations

import lzma
import struct
import textwrap
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from ccsi.frame.artifacts import release
from ccsi.frame.errors import DataError
from ccsi.tasks.images import CHANNELS, allocate

MOST_IMAGES = 50_000_000
MOST_PIXELS = 1 << 14  # along one side
MESSAGE_LENGTH = 200  # characters of another library's message
CHUNK = 1 << 24  # bytes read at a time
UNREADABLE = (  # what zipfile and numpy raise on damaged files, and numpy's header parser too
    OSError,
    EOFError,
    ValueError,
    TypeError,
    SyntaxError,
    RuntimeError,
    ArithmeticError,
    LookupError,
    struct.error,
    lzma.LZMAError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True)
class Header:
    """What an array in the file says of itself; `offset` is where its values begin."""

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    fortran: bool
    offset: int


@dataclass(frozen=True)
class NpzFile:
    """An open npz file. Use `open_npz`."""

    path: Path
    archive: zipfile.ZipFile

    def __contains__(self, key: str) -> bool:
        return f"{key}.npy" in self.archive.namelist()

    def header(self, key: str) -> Header:
        """The header of one array. Raises DataError for pickles and for sizes that do not agree."""
        with self.member(key) as stream:
            version = npy.read_magic(stream)
            if version not in ((1, 0), (2, 0)):
                raise DataError(f"{self.path}: {key} has npy version {version}, not 1.0 or 2.0")
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, fortran, dtype = read(stream)
            header = Header(shape, dtype, fortran, stream.tell())
        if dtype.hasobject:
            raise DataError(f"{self.path}: {key} holds Python objects (pickles), which are refused")
        stored = self.archive.getinfo(f"{key}.npy").file_size - header.offset
        promised = dtype.itemsize
        for length in shape:
            promised *= length
        if stored != promised:
            raise DataError(
                f"{self.path}: {key} promises {promised} bytes, {stored} are there: "
                "the file is truncated or damaged"
            )
        return header

    def array(self, key: str) -> NDArray[np.generic]:
        """One whole array."""
        self.header(key)
        with self.member(key) as stream:
            return np.asarray(npy.read_array(stream, allow_pickle=False))

    def image_shape(self, key: str) -> tuple[int, int, int, int]:
        """[N, H, W, C] of an array of images. Raises DataError where it holds no images."""
        header = self.header(key)
        if header.dtype != np.uint8:
            hint = "; scale 16-bit images to 8 bits first" if header.dtype.itemsize == 2 else ""
            raise DataError(f"{self.path}: {key} is {header.dtype}, not uint8 in 0..255{hint}")
        shape = header.shape + (1,) * (len(header.shape) == 3)
        if len(shape) != 4 or shape[3] not in CHANNELS:
            raise DataError(
                f"{self.path}: {key} has shape {list(header.shape)}; "
                "[N, H, W] or [N, H, W, 1 or 3] is needed"
            )
        if shape[0] == 0:
            raise DataError(f"{self.path}: {key} is empty")
        if shape[0] > MOST_IMAGES or not 1 <= min(shape[1:3]) <= max(shape[1:3]) <= MOST_PIXELS:
            raise DataError(f"{self.path}: {key} has the absurd size {list(shape)}")
        return shape[0], shape[1], shape[2], shape[3]

    def images(self, key: str, chosen: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """The chosen images [n, H, W, C]; chosen: bool [N]. The others pass by in chunks."""
        count, *shape = self.image_shape(key)
        if self.header(key).fortran:
            return np.ascontiguousarray(self.array(key), dtype=np.uint8).reshape(-1, *shape)[chosen]
        target = allocate((int(chosen.sum()), *shape))
        rows = max(1, CHUNK // int(np.prod(shape)))
        filled = 0
        with self.member(key) as stream:
            stream.read(self.header(key).offset)
            for start in range(0, count, rows):
                part = _read(stream, (min(rows, count - start), *shape))[
                    chosen[start : start + rows]
                ]
                target[filled : filled + len(part)] = part
                filled += len(part)
                release(target)
        return target

    @contextmanager
    def member(self, key: str) -> Iterator[IO[bytes]]:
        """A stream over one array's bytes. Damage found while reading becomes a DataError."""
        try:
            with self.archive.open(f"{key}.npy") as stream:
                yield stream
        except UNREADABLE as error:
            # A damaged header may hold kilobytes, which the message would repeat.
            why = textwrap.shorten(str(error), MESSAGE_LENGTH)
            raise DataError(f"{self.path}: {key} cannot be read: {why}") from error


@contextmanager
def open_npz(path: Path) -> Iterator[NpzFile]:
    """Open an npz file. Raises DataError where it is missing or is no npz file."""
    if not path.is_file():
        raise DataError(f"{path}: no such file; dataset.path must name an npz file")
    try:
        archive = zipfile.ZipFile(path)
    except UNREADABLE as error:
        raise DataError(f"{path}: not an npz file, or truncated: {error}") from error
    with archive:
        yield NpzFile(path, archive)


def _read(stream: IO[bytes], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    wanted = int(np.prod(shape))
    content = stream.read(wanted)
    if len(content) != wanted:
        raise EOFError(f"{wanted - len(content)} bytes are missing")
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)
