"""Runs one below the other, each told by what it differs in: a table of 120 columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ccsi.comparison.comparison import Comparison
from ccsi.comparison.run import Run
from ccsi.config.overrides import override_key

HEADLINE = {
    "accuracy": "accuracy",
    "average_incremental_accuracy": "avg. incr.",
    "forgetting": "forgetting",
    "balanced_accuracy": "balanced",
    "ece": "ECE",
}


def run_rows(runs: Sequence[Run]) -> tuple[list[str], list[list[str]]]:
    """Headings and rows: the name, what was typed for this run and not for all, the headline."""
    typed = [[*run.params.get("overrides", [])] for run in runs]
    everywhere = set.intersection(*(set(told) for told in typed))
    rows = []
    for run, told in zip(runs, typed, strict=True):
        differing = [o for o in told if o not in everywhere]
        differing.sort(key=lambda o: (override_key(o) == "seed", o))
        values = [_percent(run.metrics[key]) for key in HEADLINE]
        rows.append([run.name, " ".join(differing) or "-", str(len(run.params["tasks"])), *values])
    return ["experiment", "what differs", "tasks", *HEADLINE.values()], rows


def accuracy_rows(comparison: Comparison) -> list[dict[str, Any]]:
    """Accuracy after each task of every run: what `report.bounds` may name."""
    rows: list[dict[str, Any]] = []
    for (dataset, label), runs in comparison.groups.items():
        for run in runs:
            classes = 0
            for task, entry in run.params["tasks"].items():
                classes += len(entry["classes"])
                value = run.metrics["accuracy_after"].get(task)
                if value is not None:
                    rows.append(
                        {"dataset": dataset, "split": run.metrics["split"], "method": label,
                         "seed": run.seed, "task": task, "classes": classes, "accuracy": value}
                    )  # fmt: skip
    return rows


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"
