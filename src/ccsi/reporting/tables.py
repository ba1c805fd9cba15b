"""Tidy tables: one CSV per plot, one observation per row, in the order the plots show."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccsi.frame.artifacts import save_table
from ccsi.reporting.results import Rows, RunResults
from ccsi.reporting.summary import Record, forgetting_of, task_names

POINTS = 50
"""Points kept of one synthesis curve: as many as a small plot can show."""


@dataclass(frozen=True)
class Table:
    """Columns in order, and rows; None is an empty cell."""

    columns: tuple[str, ...]
    rows: list[dict[str, Any]]


def make_tables(results: RunResults) -> dict[str, Table]:
    """All tables by name."""
    records, last = results.evaluations, results.evaluations[-1]
    return {
        "accuracy": accuracy_table(records),
        "forgetting": forgetting_table(records),
        "accuracy_matrix": matrix_table(records),
        "recall": recall_table(last),
        "confusion": confusion_table(last),
        "reliability": reliability_table(last),
        "features": features_table(results.shown.features, last),
        "training": training_table(results.training),
        "synthesis": synthesis_table(results.synthesis),
    }


def write_tables(folder: Path, tables: Mapping[str, Table]) -> None:
    """Write every table to <folder>/<name>.csv."""
    for name, table in tables.items():
        save_table(folder / f"{name}.csv", table.rows, columns=table.columns)


def accuracy_table(records: Sequence[Record]) -> Table:
    """Accuracy after each task, over images and as the mean over classes."""
    rows = [
        {"task": r["task"], "measure": measure.replace("_", " "), "value": r[measure], "n": r["n"]}
        for measure in ("accuracy", "balanced_accuracy")
        for r in records
    ]
    return Table(("task", "measure", "value", "n"), rows)


def forgetting_table(records: Sequence[Record]) -> Table:
    """Forgetting of every task; the last has none yet (and keeps the table from being empty)."""
    values = [*forgetting_of(records), math.nan]
    rows = [
        {"task": task, "forgetting": None if math.isnan(value) else float(value)}
        for task, value in zip(task_names(records), values, strict=True)
    ]
    return Table(("task", "forgetting"), rows)


def matrix_table(records: Sequence[Record]) -> Table:
    """The accuracy matrix: after which task, on the classes of which task."""
    rows = [
        {"after": r["task"], "task": task["task"], "accuracy": value, "n": n}
        for r in records
        for task, value, n in zip(r["tasks"], r["accuracy_per_task"], r["n_per_task"], strict=True)
    ]
    return Table(("after", "task", "accuracy", "n"), rows)


def recall_table(record: Record) -> Table:
    """Recall of every class with its 95 % interval, and the task that brought the class."""
    labels = class_labels(record["class_names"])
    owner = {c: task["task"] for task in record["tasks"] for c in task["class_ids"]}
    rows = [
        {**row, "task": owner[row["class_id"]], "class_name": labels[row["class_id"]]}
        for row in record["recall"]
    ]
    return Table(("task", "class_id", "class_name", "recall", "low", "high", "support"), rows)


def confusion_table(record: Record) -> Table:
    """Counts of true against predicted class; `share` is of the true class's images."""
    labels = class_labels(record["class_names"])
    rows = [
        {"true": labels[i], "predicted": labels[j], "count": n, "share": n / max(sum(counts), 1)}
        for i, counts in enumerate(record["confusion"])
        for j, n in enumerate(counts)
    ]
    return Table(("true", "predicted", "count", "share"), rows)


def reliability_table(record: Record) -> Table:
    """The bins of the calibration error."""
    return Table(("low", "high", "count", "confidence", "accuracy"), list(record["reliability"]))


def features_table(rows: Rows, record: Record) -> Table:
    """Where real images and impressions lie on the map of features, by class."""
    labels = class_labels(record["class_names"])
    placed = [
        {
            "kind": row["kind"],
            "class_name": labels[int(row["class_id"])],
            "x": float(row["x"]),
            "y": float(row["y"]),
        }
        for row in rows
    ]
    columns = ("kind", "class_name", "x", "y")
    return Table(columns, placed or [_blank(columns)])


def training_table(curves: Mapping[str, Rows]) -> Table:
    """Loss terms (and learning rate, validation accuracy) of every epoch of every task."""
    rows = [{"task": task, **row} for task, curve in curves.items() for row in curve]
    columns = ("task", "epoch", "term", "value")
    return Table(columns, [{key: row[key] for key in columns} for row in rows] or [_blank(columns)])


def synthesis_table(curves: Mapping[str, Rows]) -> Table:
    """Loss terms of the synthesis, averaged over classes, at most POINTS iterations of a task."""
    columns = ("task", "iteration", "term", "value")
    rows = [{"task": task, **row} for task, curve in curves.items() for row in _mean_curve(curve)]
    return Table(columns, rows or [_blank(columns)])


def class_labels(names: Sequence[str]) -> list[str]:
    """Names as plots show them: distinct, and without "<".

    DVC writes table cells into a <script> of its page as they are, where "</script" would end it.
    """
    plain = [name.replace("<", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}") for name in names]
    return [f"{name} ({c})" if plain.count(name) > 1 else name for c, name in enumerate(plain)]


def _mean_curve(curve: Rows) -> list[dict[str, Any]]:
    values: dict[tuple[int, str], list[float]] = defaultdict(list)
    for row in curve:
        values[int(row["iteration"]), row["term"]].append(float(row["value"]))
    iterations = sorted({iteration for iteration, _ in values})
    kept = set(iterations[:: max(1, math.ceil(len(iterations) / POINTS))]) | set(iterations[-1:])
    return [
        {"iteration": iteration, "term": term, "value": sum(parts) / len(parts)}
        for (iteration, term), parts in values.items()
        if iteration in kept
    ]


def _blank(columns: Sequence[str]) -> dict[str, Any]:
    # DVC cannot read a table without rows; an empty one draws an empty plot.
    return dict.fromkeys(columns)
