"""How a long loop says how far it is; the terminal's bar is in ccsi.frame.progress."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told by a loop what it has done since the last call."""

    def advance(self, amount: int, *, loss: float | None = None) -> None:
        """Add `amount` finished units; `loss` is the latest value of the objective."""


class Silent:
    """Progress that says nothing."""

    def advance(self, amount: int, *, loss: float | None = None) -> None:
        """Ignore the report."""
