"""Horizontal axes on which small differences look small and numbers do not overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator, PercentFormatter

TWO_DECADES = 100
LEAST_SPAN = 0.1  # of an axis of shares


def shares(axes: Axes) -> None:
    """Percent with the decimals that they need, over at least `LEAST_SPAN`."""
    axes.xaxis.set_major_formatter(PercentFormatter(xmax=1))
    low, high = axes.get_xlim()
    missing = max(0.0, LEAST_SPAN - (high - low)) / 2
    axes.set_xlim(low - missing, high + missing)


def logarithmic(axes: Axes, values: Sequence[float]) -> None:
    """At least a decade, so that small differences look small."""
    lowest, highest = min(values) / 1.4, max(values) * 1.4
    wider = max(1.0, math.sqrt(10 * lowest / highest))
    axes.set_xscale("log")
    axes.set_xlim(lowest / wider, highest * wider)
    between = (2.0, 5.0) if highest < TWO_DECADES * lowest else ()  # else their numbers overlap
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, *between), numticks=4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.9g}"))
    axes.xaxis.set_minor_locator(NullLocator())
