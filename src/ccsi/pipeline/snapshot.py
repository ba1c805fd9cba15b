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
        self._digests = {path: _digest(path) for path in sorted((root / "src").rglob("*.py"))}
        for path in _loaded(root):
            self._digests.setdefault(path, _digest(path))

    def changed(self) -> list[str]:
        """Loaded files, relative to the root, that are no longer what they were."""
        return [
            str(path.relative_to(self._root))
            for path in _loaded(self._root)
            if path not in self._digests or _digest(path) != self._digests[path]
        ]


def _loaded(root: Path) -> Iterator[Path]:
    folders = tuple(f"{root / folder}{os.sep}" for folder in ("src", "stages"))
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    for name in sorted(os.path.realpath(file) for file in files if file):
        if name.startswith(folders):
            yield Path(name)


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "missing"
