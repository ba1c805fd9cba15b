"""The charts of a comparison's page, with what each says in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ccsi.comparison.comparison import Comparison, Line
from ccsi.comparison.measures import AGAINST_ACCURACY, Measure
from ccsi.reporting.charts import Chart
from ccsi.reporting.render import percent

Row = Mapping[str, Any]


def comparison_charts(comparison: Comparison, dataset: str) -> dict[str, Chart]:
    """Charts of one data set by template; those there is nothing to draw of are left out."""
    groups = [label for of, label in comparison.groups if of == dataset]
    charts = {"spread": _spread(comparison, dataset, groups)}
    for template, measure in AGAINST_ACCURACY.items():
        rows = points(comparison, dataset, measure)
        told = "; ".join(f"{row['rev']} {row['x']:.3g}, {percent(row['y'])}" for row in rows)
        alt = f"Scatter plot of {measure.label} against accuracy, a point for each group: {told}."
        charts[template] = Chart(template, "x", "y", rows, alt, tuple(groups))
    return {name: chart for name, chart in charts.items() if chart.rows}


def after_each_task(comparison: Comparison, dataset: str) -> list[Row]:
    """One row for each group and task: mean accuracy, and a standard deviation to either side."""
    found: list[Row] = []
    for of, label in comparison.groups:
        if of != dataset:
            continue
        for line in comparison.lines:
            name, _, task = line.measure.partition(".")
            if (line.dataset, line.group, name) == (dataset, label, "accuracy_after"):
                low, high = around(line, lowest=0.0, highest=1.0)
                spread = line.spread
                found.append(
                    {"rev": label, "task": task, "value": spread.mean, "std": spread.std,
                     "n": spread.n, "low": low, "high": high}
                )  # fmt: skip
    return found


def points(comparison: Comparison, dataset: str, measure: Measure) -> list[Row]:
    """One row for each group that has the measure: x is it, y the accuracy after the last task."""
    found: list[Row] = []
    for of, label in comparison.groups:
        x = comparison.line(of, label, measure.name)
        y = comparison.line(of, label, "accuracy")
        if of != dataset or x is None or y is None:
            continue
        lowest = x.spread.mean / 2 if measure.logarithmic else -1.0
        x_low, x_high = (measure.factor * end for end in around(x, lowest=lowest))
        y_low, y_high = around(y, lowest=0.0, highest=1.0)
        found.append(
            {"rev": label, "x": measure.factor * x.spread.mean, "x_low": x_low, "x_high": x_high,
             "y": y.spread.mean, "y_low": y_low, "y_high": y_high, "n": y.spread.n}
        )  # fmt: skip
    return found


def around(line: Line, *, lowest: float, highest: float = float("inf")) -> tuple[float, float]:
    """Mean minus and plus a standard deviation, within bounds; the mean twice for one seed."""
    std = line.spread.std or 0.0
    return max(lowest, line.spread.mean - std), min(highest, line.spread.mean + std)


def _spread(comparison: Comparison, dataset: str, groups: Sequence[str]) -> Chart:
    rows = after_each_task(comparison, dataset)
    told = []
    for label in groups:
        own = [row for row in rows if row["rev"] == label]
        values = ", ".join(f"{row['task']} {percent(row['value'])}" for row in own)
        told.append(f"{label}: {values}")
    alt = f"Line chart of the accuracy after each task, a line for each group. {'; '.join(told)}."
    return Chart("spread", "task", "value", rows, alt, tuple(groups))
