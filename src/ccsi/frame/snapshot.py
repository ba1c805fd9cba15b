"""The project's code as it was when a stage began, to notice an edit during the run.

DVC hashes a stage's dependencies after its command: an edit made meanwhile would be recorded as
what the results were made from.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path


class CodeSnapshot:
    """Digests of all Python files below src/ and of the running script."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._digests = {path: digest(path) for path in sorted((root / "src").rglob("*.py"))}
        for path in loaded_code(root):
            self._digests.setdefault(path, digest(path))

    def changed(self) -> list[str]:
        """Loaded files, relative to the root, that are no longer what they were."""
        return [
            str(path.relative_to(self._root))
            for path in loaded_code(self._root)
            if path not in self._digests or digest(path) != self._digests[path]
        ]


def loaded_code(root: Path) -> Iterator[Path]:
    """The files below src/ and stages/ that this process has loaded so far, sorted."""
    folders = tuple(f"{root / folder}{os.sep}" for folder in ("src", "stages"))
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    for name in sorted(os.path.realpath(file) for file in files if file):
        if name.startswith(folders):
            yield Path(name)


def digest(path: Path) -> str:
    """SHA-256 of a file; "missing" where there is none."""
    try:
        return _file_digest(path)
    except OSError:
        return "missing"


def _file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
