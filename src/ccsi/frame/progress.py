"""How a long loop says how far it is: a bar on a terminal, a plain line now and then otherwise."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TextIO

SECONDS_BETWEEN_LINES = 15.0


class Progress(Protocol):
    """Told by a loop what it has done since the last call."""

    def advance(self, amount: int, *, loss: float | None = None) -> None:
        """Add `amount` finished units; `loss` is the latest value of the objective."""


class Silent:
    """Progress that says nothing."""

    def advance(self, amount: int, *, loss: float | None = None) -> None:
        """Ignore the report."""


@contextmanager
def progress_bar(
    total: int, *, unit: str, description: str, stream: TextIO | None = None
) -> Iterator[Progress]:
    """Show rate, loss and time left of `total` units of work on `stream` (standard error)."""
    target = sys.stderr if stream is None else stream
    if target.isatty():
        from tqdm import tqdm

        with tqdm(total=total, unit=unit, desc=description, file=target) as bar:
            yield _Bar(bar)
    else:
        lines = PlainLines(total, unit=unit, description=description, stream=target)
        yield lines
        lines.finish()


class _Bar:
    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def advance(self, amount: int, *, loss: float | None = None) -> None:
        if loss is not None:
            self._bar.set_postfix_str(f"loss {loss:.4f}", refresh=False)
        self._bar.update(amount)


class PlainLines:
    """One line every `SECONDS_BETWEEN_LINES` seconds and one at the end, for logs."""

    def __init__(self, total: int, *, unit: str, description: str, stream: TextIO) -> None:
        self._total = total
        self._unit = unit
        self._description = description
        self._stream = stream
        self._done = 0
        self._printed = -1  # how much was done when the last line was printed
        self._loss: float | None = None
        self._start = self._last = time.monotonic()

    def advance(self, amount: int, *, loss: float | None = None) -> None:
        """Count finished units and print a line where the last one is old enough."""
        self._done += amount
        self._loss = self._loss if loss is None else loss
        now = time.monotonic()
        if now - self._last >= SECONDS_BETWEEN_LINES:
            self._last = now
            self._print(now)

    def finish(self) -> None:
        """Print the last line, if it was not just printed."""
        if self._printed != self._done:
            self._print(time.monotonic())

    def _print(self, now: float) -> None:
        self._printed = self._done
        seconds = max(now - self._start, 1e-9)
        parts = [f"{self._done}/{self._total} {self._unit}"]
        parts.append(f"{self._done / seconds:.1f} {self._unit}/s")
        if self._loss is not None:
            parts.append(f"loss {self._loss:.4f}")
        if 0 < self._done < self._total:
            parts.append(f"{seconds * (self._total / self._done - 1):.0f} s left")
        else:
            parts.append(f"{seconds:.1f} s")
        print(f"{self._description}: " + ", ".join(parts), file=self._stream, flush=True)
