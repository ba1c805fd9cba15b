"""A figure of many groups, as an ablation has: a line of text each, as curves would hide curves."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import accumulate

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ccsi.comparison.axes import shares
from ccsi.comparison.comparison import Comparison, Line
from ccsi.comparison.measures import FORGETTING
from ccsi.reporting.charts import COLOURS
from ccsi.reporting.figures import GREY

WRAPPED, LINE, ABOVE_AND_BELOW = 48, 0.17, 1.0  # characters of a label's line; inches
MEASURES = {"accuracy": "accuracy after the last task", FORGETTING.name: FORGETTING.label}


def dot_plot(comparison: Comparison, dataset: str, groups: Sequence[str]) -> Figure:
    """Accuracy and forgetting of each group, mean and a standard deviation to either side.

    The most accurate stands on top; a dotted line marks the baseline.
    """
    ranked = sorted(groups, key=lambda label: _accuracy(comparison, dataset, label))
    labels = [wrapped(label) for label in ranked]
    heights = [label.count("\n") + 2 for label in labels]
    ends = list(accumulate(heights))
    places = [end - height / 2 for end, height in zip(ends, heights, strict=True)]
    figure = Figure(figsize=(9.0, ABOVE_AND_BELOW + LINE * ends[-1]), dpi=150, layout="constrained")
    every = figure.subplots(1, len(MEASURES), sharey=True)
    for axes, (name, title), colour in zip(every, MEASURES.items(), COLOURS, strict=False):
        lines = [comparison.line(dataset, label, name) for label in ranked]
        _dots(axes, lines, places, colour=colour)
        baseline = comparison.line(dataset, comparison.baseline or "", name)
        if baseline is not None:
            axes.axvline(baseline.spread.mean, color=GREY, linestyle=":", linewidth=1)
        axes.set_xlabel(title)
        shares(axes)
        axes.grid(axis="y", color=GREY, alpha=0.2)
    every[0].set_yticks(places, labels)
    every[0].set_ylim(0, ends[-1])
    return figure


def wrapped(label: str) -> str:
    """A group's label in lines, a dollar sign as itself and not as the start of a formula."""
    return textwrap.fill(label.replace("$", r"\$"), WRAPPED)


def _dots(
    axes: Axes, lines: Sequence[Line | None], places: Sequence[float], *, colour: str
) -> None:
    for line, place in zip(lines, places, strict=True):
        if line is not None:
            spread = line.spread.std or 0.0
            axes.errorbar(line.spread.mean, place, xerr=spread, color=colour, fmt="o", markersize=4)


def _accuracy(comparison: Comparison, dataset: str, label: str) -> float:
    line = comparison.line(dataset, label, "accuracy")
    return -1.0 if line is None else line.spread.mean
