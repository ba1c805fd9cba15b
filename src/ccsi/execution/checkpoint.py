"""What a long loop needs to go on after a kill; checkpoint_files.py keeps it on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class State:
    """All that one step hands to the next: tensors by name, and a record that JSON can hold.

    A float in the record comes back as the same bits.
    """

    tensors: Mapping[str, Tensor]
    record: Mapping[str, Any]


class Checkpoints(Protocol):
    """Keeps the latest state of one loop."""

    def load(self) -> State | None:
        """The state kept by a run that was killed; None to start from the beginning."""

    def offer(self, capture: Callable[[], State]) -> None:
        """Called after every step: keep `capture()` if it is time to."""


class NoCheckpoints:
    """Keeps nothing."""

    def load(self) -> State | None:
        """Nothing was kept."""
        return None

    def offer(self, capture: Callable[[], State]) -> None:
        """Let the state go."""


NO_CHECKPOINTS = NoCheckpoints()
