"""Outputs that appear under their final names only when the stage has succeeded."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from ccsi.errors import ArtifactError


class Outputs:
    """Temporary paths for a stage's outs, moved into place together at the end.

    The temporary folder lies outside data/ and reports/: beside the outs it would count as part
    of the folders that later stages depend on.
    """

    def __init__(self, outs: Sequence[str], staging: Path) -> None:
        self._outs = tuple(outs)
        self._staging = staging

    def prepare(self) -> None:
        """Start from an empty staging folder, whatever a killed run left there."""
        shutil.rmtree(self._staging, ignore_errors=True)
        for out in self._outs:
            self._temporary(out).parent.mkdir(parents=True, exist_ok=True)

    def path(self, out: str) -> Path:
        """Where to write the declared out. Raises ValueError for an out not declared."""
        if out not in self._outs:
            raise ValueError(f"{out} is not among the declared outs {self._outs}")
        return self._temporary(out)

    def publish(self) -> None:
        """Move every out into place. Raises ArtifactError where one was not written."""
        missing = [out for out in self._outs if not self._temporary(out).exists()]
        if missing:
            raise ArtifactError(f"the stage ended without writing {', '.join(missing)}")
        for out in self._outs:
            _replace(self._temporary(out), Path(out))

    def clear(self) -> None:
        """Remove the staging folder."""
        shutil.rmtree(self._staging, ignore_errors=True)

    def _temporary(self, out: str) -> Path:
        return self._staging / out


def _replace(temporary: Path, final: Path) -> None:
    try:
        if final.is_dir() and not final.is_symlink():
            shutil.rmtree(final)
        else:
            final.unlink(missing_ok=True)
        final.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(temporary, final)
    except OSError as error:
        raise ArtifactError(f"cannot write {final}: {error.strerror or error}") from error
