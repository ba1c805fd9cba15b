"""The two main figures as PNG: accuracy after each task, and forgetting.

Matplotlib's object interface with the Agg canvas: no window, no global state, and the same bytes
for the same numbers (no date, no version in the file).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from ccsi.frame.artifacts import atomic_path
from ccsi.reporting.summary import Record, forgetting_of, matrix_of, task_names

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#5c6670"
"""Okabe and Ito's palette, told apart by colour-blind readers and in print."""
DPI = 150
FIGURES = ("accuracy.png", "forgetting.png")


def write_figures(folder: Path, records: Sequence[Record]) -> None:
    """Write accuracy.png and forgetting.png from the evaluation records, in task order."""
    with mpl.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        save_figure(folder / "accuracy.png", _accuracy(records))
        save_figure(folder / "forgetting.png", _forgetting(records))


def _accuracy(records: Sequence[Record]) -> Figure:
    figure, axes = _axes(records, "Accuracy after each task")
    matrix = matrix_of(records)
    places = np.arange(len(matrix))
    for j in places:
        label = "classes of one task" if j == 0 else None
        axes.plot(
            places[j:], matrix[j:, j], color=GREY, alpha=0.45, linewidth=1, marker=".", label=label
        )
    balanced = _values(records, "balanced_accuracy")
    axes.plot(
        places,
        balanced,
        color=ORANGE,
        linestyle="--",
        marker="s",
        markersize=4,
        label="mean over classes",
    )
    overall = _values(records, "accuracy")
    axes.plot(places, overall, color=BLUE, linewidth=2.2, marker="o", label="all seen classes")
    for place, value in zip(places, overall, strict=True):
        if not math.isnan(value):
            axes.annotate(
                f"{value:.1%}",
                (place, value),
                (0, 7),
                textcoords="offset points",
                ha="center",
                color=BLUE,
            )
    axes.set_xlim(-0.35, len(places) - 0.65)
    axes.set(ylim=(0, 1.1), ylabel=f"accuracy on {_images(records)} images", xlabel="after task")
    axes.legend(loc="lower left", frameon=False)
    return figure


def _forgetting(records: Sequence[Record]) -> Figure:
    figure, axes = _axes(records, "Forgetting of each task")
    values = np.append(forgetting_of(records), math.nan)
    bars = axes.bar(np.arange(len(values)), np.nan_to_num(values), color=ORANGE, width=0.6)
    names = ["" if math.isnan(value) else f"{value:.1%}" for value in values]
    axes.bar_label(bars, names, padding=2, color=ORANGE)
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set_xlim(-0.6, len(values) - 0.4)
    axes.set(ylabel="best earlier accuracy minus last", xlabel="task")
    lowest, highest = float(np.nanmin(values, initial=0)), float(np.nanmax(values, initial=0))
    axes.set_ylim(lowest - 0.08 if lowest < 0 else 0, max(0.2, highest + 0.08))
    if np.isnan(values[:-1]).all():
        axes.text(
            0.5,
            0.5,
            "undefined: needs an older task with images",
            transform=axes.transAxes,
            ha="center",
        )
    return figure


def _axes(records: Sequence[Record], title: str) -> tuple[Figure, Axes]:
    last = records[-1]
    figure = Figure(figsize=(6.0, 3.6), dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    about = f"{last['dataset']}, {last['method']}, seed {last['seed']}"
    missing = sorted({task for record in records for task in record["unmeasured_tasks"]})
    note = f"; without images of {', '.join(missing)}" if missing else ""
    # "$" would start mathematics in a title.
    axes.set_title(f"{title}\n{about}{note}".replace("$", r"\$"), loc="left", fontsize=9)
    names = task_names(records)
    axes.set_xticks(range(len(names)), names)
    axes.yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
    axes.grid(axis="y", color=GREY, alpha=0.2)
    return figure, axes


def _values(records: Sequence[Record], key: str) -> np.ndarray:
    values = np.full(len(records[-1]["tasks"]), math.nan)
    values[-len(records) :] = [math.nan if r[key] is None else r[key] for r in records]
    return values


def _images(records: Sequence[Record]) -> str:
    return "test" if records[-1]["split"] == "test" else "validation"


def save_figure(path: Path, figure: Figure) -> None:
    """Write a figure as PNG, atomically: the same bytes for the same numbers."""
    FigureCanvasAgg(figure)
    metadata: dict[str, Any] = {"Software": None}
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format="png", metadata=metadata)
