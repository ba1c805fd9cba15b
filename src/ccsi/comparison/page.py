"""The page of a comparison: one HTML file that fetches nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ccsi.comparison.charts import comparison_charts
from ccsi.comparison.circumstances import circumstances
from ccsi.comparison.comparison import Comparison, differing_settings
from ccsi.comparison.report import (
    COSTED,
    EXPLAINED,
    TESTED,
    audit_tables,
    cost_table,
    data_free,
    datasets,
    table,
)
from ccsi.comparison.reproduce import group_command
from ccsi.reporting.charts import Chart, Templates
from ccsi.reporting.render import render

FOLDER = Path(__file__).parent / "templates"
BOUNDS = {"finetune": "Lower bound", "joint": "All images kept"}


def comparison_page(
    comparison: Comparison, *, title: str, command: str, measure: str, plots: Path
) -> str:
    """The page as HTML text.

    measure: the one that is tested. plots: the folder of the scripts that draw, .dvc/plots.
    Raises ArtifactError where they are missing.
    """
    charts: dict[str, Chart] = {}
    sections = []
    for place, dataset in enumerate(datasets(comparison), start=1):
        own = comparison_charts(comparison, dataset)
        charts |= {f"{name}_{place}": chart for name, chart in own.items()}
        sections.append(_section(comparison, dataset, place, measure))
    return render(
        "comparison.html",
        templates=Templates(plots, FOLDER),
        folders=[FOLDER],
        charts=charts,
        title=title,
        command=command,
        sections=sections,
        runs=sum(len(members) for members in comparison.groups.values()),
        explained=EXPLAINED,
        costed=COSTED,
        tested=None
        if comparison.baseline is None
        else TESTED.format(measure=measure.replace("_", " "), baseline=comparison.baseline),
        notes=comparison.notes,
    )


def _section(comparison: Comparison, dataset: str, place: int, measure: str) -> dict[str, Any]:
    headings, rows = table(comparison, dataset, measure=measure)
    groups = {label: runs for (of, label), runs in comparison.groups.items() if of == dataset}
    free = {label: data_free(comparison, dataset, label) for label in groups}
    differing = differing_settings(comparison, dataset)
    return {
        "name": dataset,
        "place": place,
        "circumstances": circumstances(comparison, dataset),
        "tiles": _tiles(comparison, dataset, free),
        "headings": headings,
        "rows": [{"cells": row, "command": group_command(groups[row[0]])} for row in rows],
        "cost": cost_table(comparison, dataset),
        "audits": audit_tables(comparison, dataset),
        "differing": differing,
        "groups": list(groups),
    }


def _tiles(comparison: Comparison, dataset: str, free: dict[str, bool]) -> list[dict[str, Any]]:
    """The highest accuracy without old images, then the bounds, where they ran."""
    lines = [comparison.line(dataset, label, "accuracy") for label in free]
    known = {line.group: line for line in lines if line is not None}
    best = max(
        (line for label, line in known.items() if free[label]),
        key=lambda line: line.spread.mean,
        default=None,
    )
    named = [("Highest accuracy, data-free", best)]
    named += [(name, known.get(label)) for label, name in BOUNDS.items()]
    return [
        {"name": name, "group": line.group, "spread": line.spread}
        for name, line in named
        if line is not None
    ]
