"""One place that holds images of a task: what it is, and how it is emptied."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ccsi.commands.storage import Storage
from ccsi.lineage.content import file_digest, tree_digest
from ccsi.lineage.holders import TASKS, TEST
from ccsi.lineage.objects import Objects


@dataclass(frozen=True)
class Place:
    """kind, where; its hash; how to empty it, or why that cannot be done from here."""

    kind: str
    where: str
    digest: str
    empty: Callable[[], None] | None = None
    obstacle: str = ""


def folder_at(kind: str, path: Path) -> Place:
    """A folder or file that can be removed whole."""
    digest = file_digest(path).hex() if path.is_file() else tree_digest(path)
    return Place(kind, str(path), digest, partial(remove, path))


def copy_at(path: Path, objects: Objects, storage: Storage) -> Place:
    """A file that holds an image of the task; what is not the task's alone stays."""
    digest = file_digest(path).hex()
    if path.is_relative_to(TASKS) or path.is_relative_to(TEST):
        return Place(
            "copy",
            str(path),
            digest,
            None,
            "another task's array holds the same image; purge that task too",
        )
    md5 = path.parent.name + path.name
    if md5 in objects.shared:
        return Place("copy", str(path), digest, None, "shared, as above")
    if path.resolve().is_relative_to(storage.cache.resolve()):
        return Place(
            "cache: a copy",
            str(path),
            digest,
            None,
            "an array that also holds other images, or that no record names; "
            "`dvc gc --workspace` removes what this commit does not use",
        )
    return Place("copy", str(path), digest, partial(unlink, path))


def remove(path: Path) -> None:
    """Remove a folder, a file or a link, not what the link leads to."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def unlink(path: Path) -> None:
    """Remove a file, if it is still there."""
    path.unlink(missing_ok=True)


def forget(run: Path) -> None:
    """Remove an entry of the run cache, and its folder with the last: DVC fails on an empty one."""
    unlink(run)
    with contextlib.suppress(OSError):  # other runs of the same stage and inputs are there
        run.parent.rmdir()


def inside(path: Path, place: Path) -> bool:
    """Whether `path` is `place` or lies below it."""
    return path == place or place in path.parents


def relative(path: Path) -> str:
    """As seen from the current folder, where the path lies in it."""
    root = Path.cwd().resolve()
    full = path.resolve()
    return str(full.relative_to(root)) if full.is_relative_to(root) else str(full)
