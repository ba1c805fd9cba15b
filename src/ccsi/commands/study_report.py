"""What a study says before, while and after it runs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from rich.table import Table

from ccsi.study.forecast import KindForecast

OVER = ("Success", "Failed")


def forecast_table(kinds: Mapping[str, KindForecast]) -> Table:
    """One row for each kind of stage."""
    table = Table(title="stages", title_justify="left")
    table.add_column("stage")
    for heading in ("to run", "shared or done", "about"):
        table.add_column(heading, justify="right")
    for name, kind in kinds.items():
        table.add_row(name, str(kind.to_run), str(kind.shared), _about(kind))
    return table


def hours(kinds: Mapping[str, KindForecast], jobs: int) -> str:
    """One sentence: how long it will take."""
    seconds = sum(kind.seconds for kind in kinds.values()) / jobs
    unknown = sum(kind.unknown for kind in kinds.values())
    to_run = sum(kind.to_run for kind in kinds.values())
    if not to_run:
        return "nothing to run: every stage is there"
    if unknown == to_run:
        return f"{to_run} stages to run; how long is unknown, none of their kind ran here before"
    more = f", and {unknown} stages of unknown length" if unknown else ""
    return (
        f"{to_run} stages to run, about {duration(seconds)} with {jobs} at a time{more}, DVC's own "
        "work not counted"
    )


def known_seconds(kinds: Mapping[str, KindForecast]) -> float:
    """Seconds of all stages to run; 0 where that of any is unknown."""
    if any(kind.unknown for kind in kinds.values()):
        return 0.0
    return sum(kind.seconds for kind in kinds.values())


def duration(seconds: float) -> str:
    """Seconds, minutes or hours, whichever reads best."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _about(kind: KindForecast) -> str:
    if kind.unknown:
        return "unknown" if kind.unknown == kind.to_run else f"{duration(kind.seconds)} + unknown"
    return duration(kind.seconds) if kind.to_run else "-"


class Watch:
    """Where the runs of a study stand, by what DVC's queue says of them.

    seconds: the forecast of all stages, used until a run has ended and says more; 0 where there is
    none, since stages are of unknown length.
    """

    def __init__(self, names: Sequence[str], *, jobs: int, seconds: float) -> None:
        self._status = dict.fromkeys(names, "Queued")
        self._told: set[str] = set()
        self._jobs = jobs
        self._seconds = seconds
        self._start = time.monotonic()

    def update(self, statuses: Mapping[str, str]) -> bool:
        """Take in the queue's statuses by name; whether anything has changed."""
        now = {name: statuses.get(name, "Failed") for name in self._status}
        changed = now != self._status
        self._status = now
        return changed

    @property
    def ended(self) -> bool:
        """Nothing is left."""
        return all(status in OVER for status in self._status.values())

    @property
    def running(self) -> bool:
        """A worker is at one of the runs."""
        return "Running" in self._status.values()

    @property
    def failed(self) -> list[str]:
        """The names of runs that failed."""
        return [name for name, status in self._status.items() if status == "Failed"]

    def newly_failed(self) -> list[str]:
        """The failed runs that were not told before."""
        new = [name for name in self.failed if name not in self._told]
        self._told |= set(new)
        return new

    def line(self) -> str:
        """Done, failed, left, and when it ends."""
        over = sum(status in OVER for status in self._status.values())
        left = len(self._status) - over
        text = f"{over - len(self.failed)} done, {len(self.failed)} failed, {left} left"
        if not left:
            return f"{text}; took {duration(time.monotonic() - self._start)}"
        seconds = self._seconds_left(over, left)
        if seconds is None:
            return f"{text}; the end is unknown until the first run is done"
        end = datetime.now() + timedelta(seconds=seconds)
        return f"{text}; about {duration(seconds)} more, until {end:%H:%M}"

    def _seconds_left(self, over: int, left: int) -> float | None:
        passed = time.monotonic() - self._start
        if over:
            return left * passed / over
        remaining = self._seconds / self._jobs - passed
        return remaining if remaining > 0 else None  # a forecast that has run out says nothing
