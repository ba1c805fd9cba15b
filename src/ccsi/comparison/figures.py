"""A comparison as one PNG, for a README: the page's four charts, or one line for each of many."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from ccsi.comparison.axes import logarithmic, shares
from ccsi.comparison.charts import after_each_task, points
from ccsi.comparison.comparison import Comparison
from ccsi.comparison.dot_plot import WRAPPED, dot_plot, wrapped
from ccsi.comparison.measures import AGAINST_ACCURACY
from ccsi.reporting.charts import COLOURS
from ccsi.reporting.figures import GREY, save_figure

MARKERS = ("o", "s", "^", "D", "P", "v")
MANY = 14  # the most groups whose curves can be told apart: each colour twice
LEGEND_ROWS, ROW_HEIGHT = 4, 0.19  # that there is room for; inches

Rows = Sequence[Mapping[str, Any]]


def write_figure(path: Path, comparison: Comparison, dataset: str) -> None:
    """Accuracy after each task, and against forgetting, minutes and bytes kept.

    Of more than `MANY` groups, accuracy and forgetting alone.
    """
    groups = [label for of, label in comparison.groups if of == dataset]
    with mpl.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        many = len(groups) > MANY
        figure = (dot_plot if many else _four_charts)(comparison, dataset, groups)
        n = sorted({len(runs) for (of, _), runs in comparison.groups.items() if of == dataset})
        seeds = " or ".join(map(str, n)) + (" seed" if n == [1] else " seeds")
        title = f"{dataset}: mean ± standard deviation over {seeds}"
        if many and comparison.baseline in groups:
            title += f"; dotted: {comparison.baseline}"
        figure.suptitle(title.replace("$", r"\$"), fontsize=10, x=0.01, ha="left")
        save_figure(path, figure)


def _four_charts(comparison: Comparison, dataset: str, groups: Sequence[str]) -> Figure:
    labels = [wrapped(label) for label in groups]
    columns = max(1, min(5, 100 // (min(max(map(len, groups)), WRAPPED) + 6)))
    tallest = max(label.count("\n") + 1 for label in labels)
    more = max(0, math.ceil(len(groups) / columns) * tallest - LEGEND_ROWS)
    size = (9.0, 7.0 + more * ROW_HEIGHT)  # the charts keep theirs, however long the legend
    figure = Figure(figsize=size, dpi=150, layout="constrained")
    first, *others = figure.subplots(2, 2).flat
    _spread(first, after_each_task(comparison, dataset), groups)
    for axes, measure in zip(others, AGAINST_ACCURACY.values(), strict=True):
        axes.set(xlabel=measure.label, ylabel="accuracy after the last task", ylim=(0, 1.03))
        rows = points(comparison, dataset, measure)
        _scatter(axes, rows, groups, logarithm=measure.logarithmic)
    handles, _ = first.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=columns, frameon=False)
    return figure


def _spread(axes: Axes, rows: Rows, groups: Sequence[str]) -> None:
    tasks = list(dict.fromkeys(row["task"] for row in rows))
    for place, label in enumerate(groups):
        own = [row for row in rows if row["rev"] == label]
        at = [tasks.index(row["task"]) for row in own]
        style = _style(place)
        values = [row["value"] for row in own]
        axes.plot(at, values, **style, markersize=5, label=label)
        low, high = ([row[end] for row in own] for end in ("low", "high"))
        axes.fill_between(at, low, high, color=style["color"], alpha=0.16, linewidth=0)
    axes.set_xticks(range(len(tasks)), tasks)
    axes.set(xlabel="after task", ylabel="accuracy on all seen classes", ylim=(0, 1.03))
    _percents(axes)


def _scatter(axes: Axes, rows: Rows, groups: Sequence[str], *, logarithm: bool) -> None:
    for row in rows:
        style = _style(groups.index(row["rev"]))
        colour = style["color"]
        axes.plot([row["x"]] * 2, [row["y_low"], row["y_high"]], color=colour, alpha=0.7)
        axes.plot([row["x_low"], row["x_high"]], [row["y"]] * 2, color=colour, alpha=0.7)
        axes.plot(row["x"], row["y"], **style, markersize=8)
    if not rows:
        axes.text(0.5, 0.5, "unknown", transform=axes.transAxes, ha="center", color=GREY)
        axes.set_xticks([])
    elif logarithm:
        logarithmic(axes, [row["x"] for row in rows])
    else:
        shares(axes)
    _percents(axes)


def _style(place: int) -> dict[str, Any]:
    """Colour and marker; where colours come round again, lines are dashed and markers hollow."""
    again = place >= len(COLOURS)
    return {
        "color": COLOURS[place % len(COLOURS)],
        "marker": MARKERS[place % len(MARKERS)],
        "linestyle": "--" if again else "-",
        "fillstyle": "none" if again else "full",
    }


def _percents(axes: Axes) -> None:
    axes.yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
    axes.grid(axis="y", color=GREY, alpha=0.2)
