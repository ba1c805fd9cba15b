"""A search by content: which files hold the same images, whatever their names are.

Each image is known by a digest of its pixels and its shape; each source file by a digest of its
bytes. So a copy is found in an array of other images as well.
"""

from __future__ import annotations

import hashlib
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

MAGIC = b"\x93NUMPY"
DAMAGED = (ValueError, SyntaxError, tokenize.TokenError)  # or shorter than its header says


@dataclass
class Fingerprints:
    """Digests of a task's images and source files; sizes of the latter, to read few others."""

    images: set[bytes] = field(default_factory=set)
    files: set[bytes] = field(default_factory=set)
    sizes: set[int] = field(default_factory=set)

    def add(self, path: Path) -> None:
        """Take a file up: an array of images, or any other file as it is."""
        images = image_digests(path)
        if images:
            self.images |= images
        elif path.stat().st_size:
            self.files.add(file_digest(path))
            self.sizes.add(path.stat().st_size)

    def match(self, path: Path) -> bool:
        """Whether a file is one of the source files, or holds at least one of the images."""
        if path.stat().st_size in self.sizes and file_digest(path) in self.files:
            return True
        return bool(self.images) and not self.images.isdisjoint(image_digests(path))


def find_copies(known: Fingerprints, files: Iterable[Path]) -> list[Path]:
    """The files that hold what is known; one that vanishes meanwhile holds nothing."""
    found = []
    for path in files:
        try:
            if known.match(path):
                found.append(path)
        except OSError:
            if path.exists():
                raise
    return found


def image_digests(path: Path) -> set[bytes]:
    """A digest of each image in an npy file of uint8 [N, H, W, C]; nothing for any other file."""
    with path.open("rb") as stream:
        if stream.read(len(MAGIC)) != MAGIC:
            return set()
    try:
        images = np.load(path, mmap_mode="r", allow_pickle=False)
    except DAMAGED:
        return set()
    if images.dtype != np.uint8 or images.ndim != 4 or not images.size:
        return set()
    if not images.flags.c_contiguous:
        return set()
    salt = repr(images.shape[1:]).encode()
    # An image of one value throughout is like any other such image, and shows nobody.
    return {_digest(salt, image) for image in images if image.min() != image.max()}


def file_digest(path: Path) -> bytes:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def tree_digest(path: Path) -> str:
    """One digest of the names and bytes of all files below a folder."""
    whole = hashlib.sha256()
    for file in files_below(path):
        whole.update(f"{file.relative_to(path).as_posix()}\0{file_digest(file).hex()}\n".encode())
    return whole.hexdigest()


def files_below(folder: Path) -> Iterator[Path]:
    """Every regular file below a folder, links left out, in order."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and not path.is_symlink():
            yield path


def _digest(salt: bytes, image: np.ndarray) -> bytes:
    return hashlib.blake2b(salt + image.tobytes(), digest_size=16).digest()
