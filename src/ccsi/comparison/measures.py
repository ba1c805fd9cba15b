"""What a comparison tells besides accuracy: each measure's name, unit and axis, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """name: in a comparison's lines. label: of its axis. logarithmic: its axis.

    factor: what a value is multiplied by to be shown in `unit`; without a unit it is a share.
    """

    name: str
    label: str
    factor: float = 1.0
    unit: str = ""
    logarithmic: bool = False


FORGETTING = Measure("forgetting", "forgetting")
MINUTES = Measure("minutes", "minutes of learning", unit="min", logarithmic=True)
KEPT = Measure("kept_bytes", "kept between tasks, kB", 1e-3, "kB", logarithmic=True)
AGAINST_ACCURACY = {
    "forgetting_accuracy": FORGETTING,
    "minutes_accuracy": MINUTES,
    "kept_accuracy": KEPT,
}
"""Templates of the page's charts, each with the measure on its horizontal axis."""
SHOWN = {
    "accuracy": "accuracy",
    "average_incremental_accuracy": "avg. incremental",
    "forgetting": "forgetting",
    "intransigence": "intransigence",
}
"""Shares with a column in the table of methods, and its heading."""
_PERCENT = (100.0, "")
_UNITS = {measure.name: (measure.factor, f", {measure.unit}") for measure in (MINUTES, KEPT)}


def difference_unit(name: str) -> tuple[float, str]:
    """What a difference is multiplied by, and what its heading adds: nothing for percent."""
    return _UNITS.get(name, _PERCENT)
