"""One process per stage: a killed `dvc repro` leaves its stage running."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ccsi.frame.errors import ArtifactError


@contextmanager
def exclusive_lock(path: Path, *, name: str) -> Iterator[None]:
    """Hold `path` for the block; the system lets go of it however the process ends.

    Raises ArtifactError naming the process that holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            stream.seek(0)
            holder = stream.read().strip() or "unknown"
            raise ArtifactError(
                f"{name} is already running as process {holder}; wait for it or end it "
                f"(kill {holder}), then run `dvc repro` again"
            ) from error
        stream.truncate(0)
        stream.write(f"{os.getpid()}\n")
        stream.flush()
        yield
