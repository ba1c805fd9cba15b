"""The table of the last run: what `make demo` ends with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ccsi.frame.artifacts import load_json
from ccsi.frame.errors import ArtifactError

METRICS = Path("reports/metrics.json")
TOTALS = {
    "average incremental accuracy": "average_incremental_accuracy",
    "forgetting": "forgetting",
    "balanced accuracy": "balanced_accuracy",
}
PAGES = {
    "metrics, tables, figures, impressions": Path("reports/index.html"),
    "interactive plots (dvc plots show)": Path("dvc_plots/index.html"),
}


def print_results(root: Path, console: Console | None = None) -> None:
    """Print the accuracy after each task and the totals, and say where the pages lie.

    Raises ArtifactError where nothing has run yet.
    """
    if not (root / METRICS).is_file():
        raise ArtifactError(f"there is no {METRICS} yet; run `dvc repro`")
    metrics = load_json(root / METRICS)
    out = console or Console(highlight=False, soft_wrap=True)
    out.print(results_table(metrics))
    if missing := metrics.get("unmeasured_tasks"):
        out.print(f"there are no images to test {', '.join(missing)} on: all numbers leave it out")
    for title, page in PAGES.items():
        if (root / page).exists():
            out.print(f"{title}: {page}")


def results_table(metrics: Mapping[str, Any]) -> Table:
    """One row for each task, then the totals; "-" where a value is not defined."""
    free = "data-free" if metrics["data_free"] else "not data-free"
    about = f"{metrics['method']} on {metrics['dataset']}, seed {metrics['seed']}, {free}"
    table = Table(title=escape(f"{about}, {metrics['split']} images"))
    table.add_column("accuracy after task")
    table.add_column("value", justify="right")
    for task in metrics["tasks"]:
        table.add_row(task, _percent(metrics["accuracy_after"][task]))
    table.add_section()
    for title, key in TOTALS.items():
        table.add_row(title, _percent(metrics[key]))
    return table


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"
