"""The figures of an audit as PNG: what means give away, and the closest pairs of each task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from ccsi.reporting.figures import BLUE, DPI, GREY, ORANGE, save_figure

Row = Mapping[str, Any]

KINDS = ("impression", "nearest training image", "nearest held-out image")


def write_audit_figures(
    folder: Path, record: Row, pairs: Sequence[tuple[Row, np.ndarray]]
) -> list[str]:
    """Write means.png and, for each task with impressions, pairs_<task>.png; return the names.

    pairs: rows task, class_name, distance, held_distance, and images uint8 [3, H, W, C] as KINDS.
    """
    figures = {"means.png": _means(record)}
    for task in dict.fromkeys(str(row["task"]) for row, _ in pairs):
        figures[f"pairs_{task}.png"] = _pairs(task, [p for p in pairs if p[0]["task"] == task])
    for name, figure in figures.items():
        save_figure(folder / name, figure)
    return list(figures)


def _means(record: Row) -> Figure:
    with mpl.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(6.0, 3.6), dpi=DPI, layout="constrained")
        axes = figure.add_subplot()
        for attack, colour in (("whitened", BLUE), ("correlation", ORANGE)):
            rows = [row for row in record["mean_counts"] if row["attack"] == attack]
            counts = [row["count"] for row in rows]
            mean, worst = ([row[key] for row in rows] for key in ("auc", "auc_worst"))
            axes.plot(counts, mean, color=colour, marker="o", label=f"{attack}, mean of classes")
            axes.plot(counts, worst, color=colour, linestyle=":", label=f"{attack}, worst class")
        axes.axhline(0.5, color=GREY, linewidth=0.8)
        axes.set(xlabel="images in the mean", ylabel="AUC, member or not", ylim=(0.4, 1.02))
        if record["mean_counts"]:
            axes.set_xscale("log")
            ticks = sorted({row["count"] for row in record["mean_counts"]})
            axes.set_xticks(ticks, [str(tick) for tick in ticks])
            axes.minorticks_off()
            axes.legend(frameon=False)
        about = f"{record['dataset']}, seed {record['seed']}".replace("$", r"\$")
        axes.set_title(f"Members told from a mean image\n{about}", loc="left", fontsize=9)
    return figure


def _pairs(task: str, pairs: Sequence[tuple[Row, np.ndarray]]) -> Figure:
    figure = Figure(figsize=(1.3 * len(pairs) + 1.2, 5.0), dpi=DPI / 1.5, layout="constrained")
    grid = figure.subplots(3, len(pairs), squeeze=False)
    for column, (row, images) in enumerate(pairs):
        for line, (axes, image) in enumerate(zip(grid[:, column], images, strict=True)):
            axes.imshow(image.squeeze(), cmap="gray", vmin=0, vmax=255)
            axes.set(xticks=[], yticks=[])
            if column == 0:
                axes.set_ylabel(KINDS[line], fontsize=7)
        name = str(row["class_name"]).replace("$", r"\$")
        grid[0, column].set_title(name if len(name) < 16 else f"{name[:15]}…", fontsize=8)
        grid[1, column].set_xlabel(f"{row['distance']:.2f}", fontsize=8)
        grid[2, column].set_xlabel(f"{row['held_distance']:.2f}", fontsize=8)
    figure.suptitle(
        f"Closest to a training image, of the impressions from the model after {task}", fontsize=9
    )
    return figure
