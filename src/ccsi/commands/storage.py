"""What DVC and git keep of the project's files, as far as it can be reached from here."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ccsi.frame.errors import ArtifactError
from ccsi.lineage.lock import LOCK, Executed, parse_lock


class Storage:
    """DVC's cache and remotes of the project in the current folder.

    home: the cache as cache.dir of DVC's configuration names it, which may be shared with other
    projects and lie outside this one; cache, runs: in it, the objects and the run cache.
    """

    def __init__(self, repo: Any) -> None:
        self._repo = repo
        self.home = Path(repo.cache.legacy.path).resolve()
        self.cache = Path(repo.cache.local.path).resolve()
        self.runs = self.home / "runs"

    def out_of_reach(self) -> str | None:
        """Why the cache cannot be searched; None where it can. One of the project's own that is
        not there holds nothing, but one elsewhere may be on a disk that is not mounted.
        """
        outside = not self.home.is_relative_to(Path.cwd().resolve())
        if outside and not (self.cache.is_dir() and os.access(self.cache, os.R_OK | os.X_OK)):
            return "cache.dir of DVC names it, and it cannot be read; is its disk mounted?"
        return None

    def remotes(self) -> list[str]:
        """Names of the configured remotes."""
        return sorted(self._repo.config["remote"])

    def held_by(self, remote: str, hashes: Sequence[str]) -> list[str]:
        """Which of these objects a remote holds. Raises ArtifactError where it cannot tell."""
        try:
            return sorted(self._remote(remote).oids_exist(list(hashes)))
        except Exception as error:  # every kind of remote has errors of its own
            raise ArtifactError(f"{type(error).__name__}: {error}") from error

    def delete_from(self, remote: str, md5: str) -> None:
        """Delete an object of a remote. Raises ArtifactError where it cannot."""
        try:
            self._remote(remote).delete(md5)
        except Exception as error:
            raise ArtifactError(f"{type(error).__name__}: {error}") from error

    def _remote(self, name: str) -> Any:
        return self._repo.cloud.get_remote_odb(name)


@contextmanager
def open_storage() -> Iterator[Storage]:
    """The storage, while no other DVC command runs. Raises ArtifactError where one does."""
    from dvc.exceptions import DvcException
    from dvc.lock import LockError
    from dvc.repo import Repo

    try:
        with Repo() as repo, repo.lock:
            yield Storage(repo)
    except LockError as error:
        raise ArtifactError("another DVC command is running here; wait for it") from error
    except DvcException as error:
        raise ArtifactError(str(error)) from error


def cache_folder() -> Path:
    """Where the objects of DVC's cache lie, wherever it is configured to be."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo() as repo:
            return Path(repo.cache.local.path)
    except DvcException as error:
        raise ArtifactError(str(error)) from error


def recorded_in_git() -> list[Executed]:
    """The stages of every dvc.lock in git: of all branches, tags and experiments."""
    commits = _git("rev-list", "--all", "--", LOCK).split()
    found: dict[str, list[Executed]] = {}
    for commit in commits:
        text = _git("show", f"{commit}:{LOCK}")
        if text and text not in found:
            try:
                found[text] = list(parse_lock(text, where=f"{commit[:8]}:{LOCK}").values())
            except ArtifactError:
                continue  # a lock that git cannot resolve either names no object
    return [stage for stages in found.values() for stage in stages]


def kept_by_git(files: Sequence[Path]) -> list[Path]:
    """The files whose bytes lie in git's object store, in whatever commit."""
    if not files or not _git("rev-parse", "--git-dir"):
        return []
    names = "\n".join(blob(path) for path in files) + "\n"
    lines = _git("cat-file", "--batch-check", given=names).splitlines()
    return [
        path
        for path, line in zip(files, lines, strict=False)
        if line and not line.endswith("missing")
    ]


def committed_below(folder: Path) -> dict[str, str]:
    """The files that any commit ever had below a folder, whether or not they are there: path to
    blob.
    """
    listed = _git("rev-list", "--all", "--reflog", "--objects", "--", str(folder)).splitlines()
    rows = [line.split(" ", 1) for line in listed if " " in line]
    kinds = _git("cat-file", "--batch-check", given="".join(f"{name}\n" for name, _ in rows))
    return {
        path: name
        for (name, path), kind in zip(rows, kinds.splitlines(), strict=False)
        if " blob " in kind and Path(path).is_relative_to(folder)
    }


def in_git(blobs: Sequence[str]) -> bool:
    """Whether git's object store has any of these blobs."""
    lines = _git("cat-file", "--batch-check", given="\n".join(blobs) + "\n").splitlines()
    return any(not line.endswith("missing") for line in lines)


def blob(path: Path) -> str:
    """The name that git gives the bytes of a file."""
    content = path.read_bytes()
    head = f"blob {len(content)}\0".encode()
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()


def _git(*arguments: str, given: str = "") -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], input=given, capture_output=True, text=True,
            errors="surrogateescape", check=False,  # names of files need not be UTF-8
        )  # fmt: skip
    except OSError:  # no git: nothing is kept by it
        return ""
    return done.stdout if done.returncode == 0 else ""
