"""The report of one run, written in one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccsi.artifacts import save_json, write_text
from ccsi.reporting.figures import write_figures
from ccsi.reporting.page import build_page
from ccsi.reporting.results import RunResults
from ccsi.reporting.sheets import write_sheets
from ccsi.reporting.summary import summarize_metrics
from ccsi.reporting.tables import make_tables, write_tables


@dataclass(frozen=True)
class ReportPaths:
    """Where the report goes. The page links to the others by the names they have in reports/."""

    metrics: Path
    tables: Path
    plots: Path
    sheets: Path
    page: Path


def summarize(
    results: RunResults, paths: ReportPaths, *, links: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Write metrics, tables, figures, sheets and the page; return the metrics.

    `links` maps a heading to {label: address relative to the page} of what other stages wrote.
    """
    summary = summarize_metrics(results.evaluations)
    tables = make_tables(results)
    save_json(paths.metrics, summary)
    write_tables(paths.tables, tables)
    write_figures(paths.plots, results.evaluations)
    sheets = write_sheets(paths.sheets, results)
    files = [f"{name}.csv" for name in tables]
    page = build_page(summary, results.evaluations, tables=files, sheets=sheets, links=links)
    write_text(paths.page, page)
    return summary
