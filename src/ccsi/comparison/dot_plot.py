"""A figure of many groups, as an ablation has: a line of text each, as curves would hide curves."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from ccsi.comparison.comparison import Comparison
from ccsi.comparison.measures import FORGETTING
from ccsi.reporting.charts import COLOURS

GREY = "#5c6670"
WRAPPED, LINE, ABOVE_AND_BELOW = 48, 0.17, 1.0  # characters of a label's line; inches
MEASURES = {"accuracy": "accuracy after the last task", FORGETTING.name: FORGETTING.label}


def dot_plot(comparison: Comparison, dataset: str, groups: Sequence[str]) -> Figure:
    """Accuracy and forgetting of each group, mean and a standard deviation to either side.

    The most accurate stands on top; a dotted line marks the baseline, or else the first group.
    """
    ranked = sorted(groups, key=lambda label: _accuracy(comparison, dataset, label))
    labels = [textwrap.fill(label.replace("$", r"\$"), WRAPPED) for label in ranked]
    lines = sum(max(2, label.count("\n") + 1) for label in labels)
    figure = Figure(figsize=(9.0, ABOVE_AND_BELOW + LINE * lines), dpi=150, layout="constrained")
    baseline = comparison.baseline if comparison.baseline in groups else groups[0]
    every = figure.subplots(1, len(MEASURES), sharey=True)
    for axes, (name, title), colour in zip(every, MEASURES.items(), COLOURS, strict=False):
        _dots(axes, comparison, dataset, ranked, name, colour=colour)
        line = comparison.line(dataset, str(baseline), name)
        if line is not None:
            axes.axvline(line.spread.mean, color=GREY, linestyle=":", linewidth=1)
        axes.set_xlabel(title)
        axes.xaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
        axes.grid(axis="y", color=GREY, alpha=0.2)
    every[0].set_yticks(range(len(ranked)), labels)
    return figure


def _dots(
    axes: Axes,
    comparison: Comparison,
    dataset: str,
    ranked: Sequence[str],
    name: str,
    *,
    colour: str,
) -> None:
    for place, label in enumerate(ranked):
        line = comparison.line(dataset, label, name)
        if line is not None:
            spread = line.spread.std or 0.0
            axes.errorbar(line.spread.mean, place, xerr=spread, color=colour, fmt="o", markersize=4)


def _accuracy(comparison: Comparison, dataset: str, label: str) -> float:
    line = comparison.line(dataset, label, "accuracy")
    return -1.0 if line is None else line.spread.mean
