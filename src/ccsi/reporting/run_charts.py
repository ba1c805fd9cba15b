"""The charts of a run's page, with what each says in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ccsi.reporting.bounds import Bound
from ccsi.reporting.charts import Chart
from ccsi.reporting.render import percent
from ccsi.reporting.tables import Table

Tables = Mapping[str, Table]


def run_charts(tables: Tables, method: str, bounds: Sequence[Bound]) -> dict[str, Chart]:
    """Charts by the id of their place on the page; what there is nothing to draw of is left out."""
    charts = {
        "accuracy": _accuracy(tables["accuracy"], method, bounds),
        "matrix": _chart(tables, "accuracy_matrix", "matrix", "task", "accuracy", _matrix),
        "forgetting": _chart(tables, "forgetting", "forgetting", "task", "forgetting", _forgetting),
        "recall": _chart(tables, "recall", "recall", "class_name", "recall", _recall),
        "confusion": _chart(tables, "confusion", "confusion", "predicted", "share", _confusion),
        "reliability": _chart(
            tables, "reliability", "reliability", "confidence", "accuracy", _reliability
        ),
        "features": _chart(tables, "features", "features", "x", "y", _features),
        "training": _chart(tables, "training", "curves", "epoch", "value", _curves),
        "synthesis": _chart(tables, "synthesis", "curves", "iteration", "value", _curves),
    }
    return {name: chart for name, chart in charts.items() if _says_something(chart)}


def _chart(tables: Tables, table: str, template: str, x: str, y: str, alt: Any) -> Chart:
    rows = tables[table].rows
    return Chart(template, x, y, rows, alt(rows))


def _says_something(chart: Chart) -> bool:
    return any(row[chart.y] is not None for row in chart.rows)


def _accuracy(table: Table, method: str, bounds: Sequence[Bound]) -> Chart:
    own = [{"rev": method, **row} for row in table.rows]
    others = [
        {"rev": bound.label, "task": task, "measure": "accuracy", "value": value, "n": None}
        for bound in bounds
        for task, value in bound.accuracy_after.items()
    ]
    after = [row for row in own if row["measure"] == "accuracy"]
    alt = f"Line chart. {method}: {_listed(after, 'task', 'value')}."
    for bound in bounds:
        rows = [row for row in others if row["rev"] == bound.label]
        alt += f" {bound.label}: {_listed(rows, 'task', 'value')}."
    series = (method, *(bound.label for bound in bounds))
    return Chart("accuracy", "task", "value", own + others, alt, series)


def _matrix(rows: Sequence[Mapping[str, Any]]) -> str:
    last = [row for row in rows if row["after"] == rows[-1]["after"]]
    return (
        "Grid of accuracies: after which task, on the classes of which task. After the last: "
        f"{_listed(last, 'task', 'accuracy')}. The table below has every number."
    )


def _forgetting(rows: Sequence[Mapping[str, Any]]) -> str:
    return f"Bar chart of forgetting. {_listed(rows, 'task', 'forgetting')}."


def _recall(rows: Sequence[Mapping[str, Any]]) -> str:
    return f"Bar chart of recall. {_listed(rows, 'class_name', 'recall')}."


def _confusion(rows: Sequence[Mapping[str, Any]]) -> str:
    wrong = [row for row in rows if row["true"] != row["predicted"] and row["count"]]
    most = sorted(wrong, key=lambda row: -row["share"])[:3]
    told = [f"{r['true']} taken for {r['predicted']} ({percent(r['share'], 0)})" for r in most]
    return f"Confusion matrix. Most frequent mistakes: {'; '.join(told) or 'none'}."


def _reliability(rows: Sequence[Mapping[str, Any]]) -> str:
    told = [
        f"confidence {percent(row['confidence'], 0)}, correct {percent(row['accuracy'], 0)}"
        for row in rows
        if row["count"]
    ]
    return f"Reliability diagram. {'; '.join(told)}."


def _features(rows: Sequence[Mapping[str, Any]]) -> str:
    kinds = {kind: sum(row["kind"] == kind for row in rows) for kind in ("real", "impression")}
    return (
        f"Scatter plot of the features of {kinds['real']} real images and "
        f"{kinds['impression']} impressions, coloured by class."
    )


def _curves(rows: Sequence[Mapping[str, Any]]) -> str:
    terms = list(dict.fromkeys(str(row["term"]) for row in rows))
    return f"Line charts, one line for each task, of {', '.join(terms)}."


def _listed(rows: Sequence[Mapping[str, Any]], name: str, value: str) -> str:
    return ", ".join(f"{row[name]} {percent(row[value])}" for row in rows if row[value] is not None)
