"""The headline numbers of a run, each with how uncertain it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ccsi.evaluation.metrics import WILSON_Z, wilson_interval
from ccsi.evaluation.uncertainty import run_errors
from ccsi.reporting.results import RunResults
from ccsi.seeding import numpy_generator


@dataclass(frozen=True)
class Headline:
    """A metric with its 95 % interval, both None where undefined."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    share: bool
    """Shown in per cent."""
    meaning: str


def headlines(summary: Mapping[str, Any], results: RunResults) -> list[Headline]:
    """The metrics that the page opens with.

    Wilson's interval for the accuracy, the normal one from a standard error for the others. A run
    that went on from a model made elsewhere was not tested after each of its tasks: what compares
    models has no interval there.
    """
    last = results.evaluations[-1]
    errors: dict[str, float | None] = {
        **last["standard_errors"],
        **_run_errors(results),
        "ece_calibrated": results.ece_calibrated_error,
    }

    def about(key: str, name: str, meaning: str, *, share: bool = True) -> Headline:
        lowest = -1.0 if key in ("forgetting", "backward_transfer") else 0.0
        low, high = _normal(summary[key], errors[key], lowest=lowest)
        return Headline(name, summary[key], low, high, share, meaning)

    low, high = _wilson(last["accuracy"], last["n"])
    images = "test" if last["split"] == "test" else "validation"
    return [
        Headline(
            "Accuracy after the last task",
            last["accuracy"],
            low,
            high,
            True,
            f"share of {last['n']} {images} images of all classes",
        ),
        about("average_incremental_accuracy", "Average incremental accuracy", "mean over tasks"),
        about("forgetting", "Forgetting", "best earlier accuracy minus last"),
        about("backward_transfer", "Backward transfer", "last accuracy minus first"),
        about("balanced_accuracy", "Balanced accuracy", "every class weighs the same"),
        about("auc", "AUC", "one class against the rest", share=False),
        about("ece", "Calibration error (ECE)", "confidence against share correct", share=False),
        about(
            "ece_calibrated",
            "ECE, temperature scaled",
            "with the temperature that was fitted without test images",
            share=False,
        ),
    ]


def _run_errors(results: RunResults) -> dict[str, float | None]:
    names = ("average_incremental_accuracy", "forgetting", "backward_transfer")
    if len(results.evaluations) < len(results.evaluations[-1]["tasks"]):
        return dict.fromkeys(names)
    seed = int(results.evaluations[-1]["seed"])
    drawn = numpy_generator(seed, stage="summarize", task="", purpose="bootstrap")
    errors = run_errors(_from_the_first_measured(results.hits), generator=drawn)
    return {name: getattr(errors, name) for name in names}


def _from_the_first_measured(hits: Sequence[Sequence[np.ndarray]]) -> list[list[np.ndarray]]:
    """hits[t][j] without the first tasks that have no images: no mean over tasks counts them."""
    sizes = [len(of_task) for of_task in hits[-1]]
    first = next((j for j, size in enumerate(sizes) if size), 0)
    return [list(row[first:]) for row in hits[first:]]


def _wilson(share: float | None, n: int) -> tuple[float | None, float | None]:
    return (None, None) if share is None else wilson_interval(round(share * n), n)


def _normal(
    value: float | None, error: float | None, *, lowest: float
) -> tuple[float | None, float | None]:
    if value is None or error is None:
        return None, None
    return max(lowest, value - WILSON_Z * error), min(1.0, value + WILSON_Z * error)
