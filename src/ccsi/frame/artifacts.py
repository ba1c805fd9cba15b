"""Byte-stable, atomic files: arrays as npy, records as sorted JSON, tables as CSV.

Everything is written to a temporary name in the same folder, flushed, then renamed, so that a
final name never holds half a file. Nothing here pickles, and nothing here imports torch.
"""

from __future__ import annotations

import csv
import io
import json
import mmap
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from ccsi.frame.errors import ArtifactError

CHUNK = 1 << 24  # bytes of a mapped array written at a time


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` if the block succeeds.

    Raises ArtifactError where the file system refuses (disk full, read-only folder).
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise ArtifactError(f"cannot write {path}: {error.strerror or error}") from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise ArtifactError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes atomically."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Write UTF-8 text atomically."""
    write_bytes(path, content.encode())


def save_json(path: Path, record: Mapping[str, Any]) -> None:
    """Write a record as JSON with sorted keys; NaN is refused, since JSON has none."""
    write_text(path, json.dumps(record, indent=2, sort_keys=True, allow_nan=False) + "\n")


def load_json(path: Path) -> dict[str, Any]:
    """Read a JSON record. Raises ArtifactError where it is missing or is no JSON object."""
    try:
        record = json.loads(path.read_text())
    except (OSError, ValueError, RecursionError) as error:
        raise ArtifactError(f"cannot read {path}: {error}") from error
    if not isinstance(record, dict):
        raise ArtifactError(f"{path} holds no JSON object")
    return record


def save_array(path: Path, array: np.ndarray) -> None:
    """Write one array in NumPy's npy format (C order, no pickles).

    One that is mapped from a file passes through memory in parts; the bytes are the same.
    """
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        if _is_mapped(array) and array.flags.c_contiguous:
            _write_in_parts(stream, array)
        else:
            np.save(stream, np.ascontiguousarray(array), allow_pickle=False)


def load_array(path: Path, *, memory_map: bool = False) -> np.ndarray:
    """Read one npy array, or map it read-only into memory. Raises ArtifactError where it cannot."""
    try:
        if memory_map:
            return np.load(path, mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]
        return np.load(path, allow_pickle=False)  # type: ignore[no-any-return]
    except (OSError, ValueError, EOFError, MemoryError) as error:  # a size that is a lie, too
        raise ArtifactError(f"cannot read {path}: {error}") from error


def release(array: np.ndarray) -> None:
    """Let what was read or written of a mapped array leave this process's memory.

    The file keeps it, and the system's cache. Other arrays are left as they are.
    """
    if isinstance(array.base, mmap.mmap):
        release_pages(array.base)


def release_pages(file: mmap.mmap) -> None:
    """The same of a mapped file; nothing happens where the system cannot."""
    if hasattr(mmap, "MADV_DONTNEED"):
        file.madvise(mmap.MADV_DONTNEED)


def save_table(path: Path, rows: Sequence[Mapping[str, Any]], *, columns: Sequence[str]) -> None:
    """Write rows as CSV, `columns` in their order; floats with 6 significant digits."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fieldnames=list(columns), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in row.items()})
    write_text(path, buffer.getvalue())


def load_table(path: Path) -> list[dict[str, str]]:
    """Read a CSV with a header; every cell is text. Raises ArtifactError where it cannot."""
    try:
        with path.open(newline="") as stream:
            return list(csv.DictReader(stream))
    except (OSError, ValueError, csv.Error) as error:
        raise ArtifactError(f"cannot read {path}: {error}") from error


def _is_mapped(array: np.ndarray) -> bool:
    return isinstance(array.base, mmap.mmap)


def _write_in_parts(stream: IO[bytes], array: np.ndarray) -> None:
    header = np.lib.format.header_data_from_array_1_0(array)
    np.lib.format.write_array_header_1_0(stream, header)
    rows = max(1, CHUNK // max(1, array[:1].nbytes))
    for start in range(0, len(array), rows):
        stream.write(array[start : start + rows].tobytes())
        release(array)


def _cell(value: Any) -> Any:
    return f"{value:.6g}" if isinstance(value, float | np.floating) else value
