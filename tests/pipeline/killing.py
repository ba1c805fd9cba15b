"""Commands that are to be killed, and what is left running then."""

from __future__ import annotations

import fcntl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.pipeline.project import Project

LIMIT = 600  # seconds; only against hanging: the machine may be busy


def start(
    project: Project, *command: str, checkpoint_s: float, log: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a command of the project; log: where its standard error goes."""
    environment = dict(project._environment()) | {"CCSI_CHECKPOINT_SECONDS": str(checkpoint_s)}
    stderr = subprocess.DEVNULL if log is None else log.open("wb")
    try:
        return subprocess.Popen(
            command,
            cwd=project.root,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            stdin=subprocess.DEVNULL,
        )
    finally:
        if not isinstance(stderr, int):
            stderr.close()


def wait_until(true: Callable[[], bool]) -> None:
    """Look fifty times a second until it is true."""
    deadline = time.monotonic() + LIMIT
    while not true():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def holder(project: Project, address: str) -> int:
    """The process that held the stage's lock last; 0 where none did yet."""
    file = project.root / ".ccsi/locks" / address
    return int(file.read_text() or 0) if file.exists() else 0


def held(project: Project, address: str) -> bool:
    """Whether a process works on the stage; a dead one that nobody waited for does not."""
    file = project.root / ".ccsi/locks" / address
    if not file.exists():
        return False
    with file.open() as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
