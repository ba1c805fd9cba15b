"""The report of one run, written in one call."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccsi.frame.artifacts import save_json, write_text
from ccsi.reporting.figures import FIGURES, write_figures
from ccsi.reporting.results import RunResults
from ccsi.reporting.run_page import Context, build_page
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


def summarize(results: RunResults, paths: ReportPaths, context: Context) -> dict[str, Any]:
    """Write metrics, tables, figures, sheets and the page; return the metrics."""
    summary = summarize_metrics(results.evaluations, ece_calibrated=results.ece_calibrated)
    tables = make_tables(results)
    save_json(paths.metrics, summary)
    write_tables(paths.tables, tables)
    write_figures(paths.plots, results.evaluations)
    sheets = write_sheets(paths.sheets, results)
    files = {"metrics.json": "metrics.json"}
    files |= {f"{name}.csv": f"tables/{name}.csv" for name in tables}
    files |= {name: f"plots/{name}" for name in FIGURES}
    files |= {name: f"sheets/{name}" for name in sheets}
    write_text(paths.page, build_page(summary, results, tables, context, files=files))
    return summary
