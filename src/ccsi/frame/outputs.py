"""Outputs that appear under their final names only when the stage has succeeded."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from ccsi.frame.errors import ArtifactError


class Outputs:
    """Temporary paths for a stage's outs, moved into place together at the end.

    The temporary folder lies outside data/ and reports/: beside the outs it would count as part
    of the folders that later stages depend on.
    """

    def __init__(self, outs: Sequence[str], staging: Path) -> None:
        self.names = tuple(outs)
        self._staging = staging

    def prepare(self) -> None:
        """Start from an empty staging folder, whatever a killed run left there.

        Raises ArtifactError where the file system refuses.
        """
        shutil.rmtree(self._staging, ignore_errors=True)
        try:
            for out in self.names:
                self._temporary(out).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _refused(self._staging, error) from error

    def path(self, out: str) -> Path:
        """Where to write the declared out. Raises ValueError for an out not declared."""
        if out not in self.names:
            raise ValueError(f"{out} is not among the declared outs {self.names}")
        return self._temporary(out)

    def publish(self) -> None:
        """Move every out into place, or, where one cannot be, none: what was there comes back.

        Raises ArtifactError where an out was not written or the file system refuses.
        """
        missing = [out for out in self.names if not self._temporary(out).exists()]
        if missing:
            raise ArtifactError(f"the stage ended without writing {', '.join(missing)}")
        begun: list[str] = []
        try:
            for out in self.names:
                begun.append(out)
                _swap(self._temporary(out), Path(out), aside=self._aside(out))
        except OSError as error:
            for out in reversed(begun):
                _restore(Path(out), self._temporary(out), aside=self._aside(out))
            raise _refused(Path(begun[-1]), error) from error

    def clear(self) -> None:
        """Remove the staging folder."""
        shutil.rmtree(self._staging, ignore_errors=True)

    def _temporary(self, out: str) -> Path:
        return self._staging / out

    def _aside(self, out: str) -> Path:
        return self._staging / "replaced" / out


def _swap(temporary: Path, final: Path, *, aside: Path) -> None:
    if os.path.lexists(final):
        _move(final, aside)
    _move(temporary, final)


def _restore(final: Path, temporary: Path, *, aside: Path) -> None:
    replaced = os.path.lexists(aside)
    moved = not os.path.lexists(temporary)
    if (replaced or moved) and os.path.lexists(final):
        _remove(final)
    if replaced:
        _move(aside, final)


def _move(source: Path, target: Path) -> None:
    """Rename; between two file systems, copy under a temporary name first."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    half = target.with_name(f".{target.name}.half")
    try:
        if source.is_dir() and not source.is_symlink():
            shutil.copytree(source, half, symlinks=True)
        else:
            shutil.copy2(source, half, follow_symlinks=False)
        half.rename(target)
    except OSError:
        if os.path.lexists(half):
            _remove(half)
        raise
    _remove(source)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _refused(path: Path, error: OSError) -> ArtifactError:
    return ArtifactError(f"cannot write {path}: {error.strerror or error}")
