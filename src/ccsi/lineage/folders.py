"""The files of a folder that DVC hashed, from its cache or from the folder as it lies there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from ccsi.lineage.content import files_below
from ccsi.lineage.lock import Entry
from ccsi.lineage.objects import listing

BYTECODE = ("__pycache__", ".pyc")  # what .dvcignore leaves out of a folder of code


def files_of(entry: Entry, cache: Path) -> list[Entry]:
    """Each file of a folder with its hash; nothing where none can be told, or it is no folder.

    cache: DVC's, its folder files/md5. It lists what a stage made. Any other folder, and one that
    it has lost, is listed as it lies below the current folder, if its hash is still the same.
    """
    if not entry.is_folder:
        return []
    files = listing(cache, entry.md5) or _lying(entry)
    return [Entry(f"{entry.path}/{name}", md5) for name, md5 in sorted(files.items())]


def folder_md5(files: Mapping[str, str]) -> str:
    """DVC's hash of a folder, that of its listing. files: hashes by name relative to the folder."""
    rows = [{"md5": files[name], "relpath": name} for name in sorted(files)]
    return _md5(json.dumps(rows, sort_keys=True).encode()) + ".dir"


def _lying(entry: Entry) -> dict[str, str]:
    folder = Path(entry.path)
    try:
        files = {
            path.relative_to(folder).as_posix(): _md5(path.read_bytes())
            for path in files_below(folder)
            if BYTECODE[0] not in path.parts and path.suffix != BYTECODE[1]
        }
    except OSError:
        return {}  # what cannot be read cannot be vouched for
    return files if folder_md5(files) == entry.md5 else {}


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
