"""Which workers of a search live, so that a trial of one that was killed is taken up again."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import socket
import threading
from pathlib import Path
from types import TracebackType

BEAT = 60.0
SILENCE = 600.0
"""Seconds: how often a worker touches its file; after how many without it, it is dead elsewhere."""


class Worker:
    """This process as a worker: it holds a file locked, which no death leaves locked.

    Locks may not reach another machine that shares the folder: there, a worker is dead where its
    file has not been touched for long.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.name = f"{socket.gethostname()}.{os.getpid()}.{os.urandom(4).hex()}"
        self._file = _file(folder, self.name)
        self._stop = threading.Event()

    def __enter__(self) -> Worker:
        self._stream = self._file.open("w")
        fcntl.flock(self._stream, fcntl.LOCK_EX)
        threading.Thread(target=self._beat, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._file.unlink(missing_ok=True)
        self._stream.close()

    def workplace(self, search: str) -> Path:
        """The folder of this worker's clone."""
        return _workplace(self._folder, search, self.name)

    def is_dead(self, other: str) -> bool:
        """Whether the worker of this name has ended without a word."""
        file = _file(self._folder, other)
        try:
            with file.open() as stream:
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return True
        except BlockingIOError:
            return False
        if other.rsplit(".", 2)[0] == socket.gethostname():
            return True
        os.utime(self._file)  # by the clock of the folder's machine, as the other's
        with contextlib.suppress(FileNotFoundError):
            return self._file.stat().st_mtime - file.stat().st_mtime > SILENCE
        return True

    def bury(self, other: str, search: str) -> None:
        """Delete what a dead worker left: its file and its clone."""
        _file(self._folder, other).unlink(missing_ok=True)
        shutil.rmtree(_workplace(self._folder, search, other), ignore_errors=True)

    def _beat(self) -> None:
        while not self._stop.wait(BEAT):
            with contextlib.suppress(FileNotFoundError):  # it has just ended
                os.utime(self._file)


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.worker"


def _workplace(folder: Path, search: str, name: str) -> Path:
    return folder / f"{search}.{name}"
