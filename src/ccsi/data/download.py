"""Fetching of a MedMNIST file, once. The only place that imports the medmnist package."""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ccsi.data.catalogue.file_check import how_to_get, record_md5
from ccsi.data.catalogue.sets import entry, file_name
from ccsi.frame.errors import DataError

SCRATCH = ".download-"
SECONDS = 30.0
"""How long one connection or one read may wait for an answer; the package sets no limit."""


def fetch(name: str, side: int | None, folder: Path, *, by_hand: Sequence[Path] = ()) -> list[str]:
    """Have the set's file in `folder`, with its MD5 beside it; the warnings, also on stderr.

    A file already in `folder`, or placed by hand in one of the folders `by_hand`, is used without
    the network; one with another MD5 gives a warning. side: 28 (also None), 64, 128 or 224 pixels.
    Raises DataError, saying which file to put where, where it cannot be downloaded.
    """
    side = side or 28
    file = folder / file_name(name, side)
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{SCRATCH}*"):  # by a download that was killed
        shutil.rmtree(left)
    if not file.is_file():
        placed = [place / file.name for place in by_hand if (place / file.name).is_file()]
        if placed:
            shutil.copyfile(placed[0], file)
        else:
            _download(name, side, file, by_hand[0] if by_hand else folder)
    warnings = record_md5(folder, name, side)
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    return warnings


def _download(name: str, side: int, file: Path, advised: Path) -> None:
    """By the package, which checks the MD5, into a folder of its own: no half file is kept."""
    entry(name)
    advice = how_to_get(name, side, advised)
    print(f"{file.name}: downloading; where there is no network, {advice}", flush=True)
    with _timeout(SECONDS), tempfile.TemporaryDirectory(prefix=SCRATCH, dir=file.parent) as scratch:
        try:
            import medmnist

            kind = getattr(medmnist, medmnist.INFO[name]["python_class"])
            kind(split="val", download=True, root=scratch, size=side)
        except (RuntimeError, ImportError) as error:
            raise DataError(f"{file.name} could not be downloaded; {advice}") from error
        (Path(scratch) / file.name).replace(file)


@contextmanager
def _timeout(seconds: float) -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
