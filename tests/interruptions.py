"""Loops that are killed in the middle, for the tests of checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ccsi.execution.checkpoint import State
from ccsi.execution.checkpoint_files import FileCheckpoints


class Killed(Exception):
    """Stands for the kill."""


class KilledAfter:
    """Writes every state to a file, as the stages do, and kills the loop after `steps` of them."""

    def __init__(self, file: Path, *, steps: int) -> None:
        self._files = FileCheckpoints(file, seconds=0)
        self._left = steps

    def load(self) -> State | None:
        return self._files.load()

    def offer(self, capture: Callable[[], State]) -> None:
        self._files.offer(capture)
        self._left -= 1
        if self._left == 0:
            raise Killed
