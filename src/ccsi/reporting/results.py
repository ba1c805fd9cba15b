"""What the stages of one run left behind, read for the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ccsi.evaluation.calibration import (
    expected_calibration_error,
    reliability_table,
    temperature_scaled,
)
from ccsi.evaluation.calibration_record import CALIBRATION_FILE, load_calibration
from ccsi.evaluation.uncertainty import calibration_error_error
from ccsi.frame.artifacts import load_array, load_json, load_table
from ccsi.frame.errors import ArtifactError
from ccsi.reporting.audit_results import AuditShown, load_audit

DIGITS = 6
"""Decimals kept, as in the evaluations."""

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Impressions:
    """Images made from one model: uint8 [M, H, W, C] (may be memory-mapped), labels int64 [M]."""

    images: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Shown:
    """What the last evaluation lets a reader see of the images it was tested on."""

    examples: Impressions
    """Real images: the first of every class."""
    mistakes: np.ndarray
    """uint8 [N, H, W, C], the most confident first."""
    mistake_rows: Rows
    """Rows true, predicted (class ids), confidence."""
    features: Rows
    """Rows kind (real or impression), class_id, x, y."""
    explained: tuple[float, float]
    """Shares of the features' variance along x and y."""


@dataclass(frozen=True)
class RunResults:
    """Everything that the report shows; the mappings are keyed by task, in the tasks' order."""

    evaluations: Sequence[Mapping[str, Any]]
    """Evaluation records (ccsi.evaluation.record), one per task from the first one tested on."""
    means: np.ndarray
    """Class means float32 [K, H, W, C] in [0, 1] of all K classes."""
    impressions: Mapping[str, Impressions]
    """By the task whose model they were made from."""
    training: Mapping[str, Rows]
    """Rows epoch, term, value."""
    synthesis: Mapping[str, Rows]
    """Rows iteration, term, value."""
    shown: Shown
    hits: Sequence[Sequence[np.ndarray]]
    """hits[t][j]: bool [n_j], whether the model of evaluation t is right on images of task j."""
    ece_calibrated: float | None = None
    """The last evaluation's calibration error under the model's temperature, where it has one."""
    ece_calibrated_error: float | None = None
    """The standard error of that."""
    audit: AuditShown | None = None


def load_results(
    tasks: Sequence[str],
    *,
    trained: Sequence[str],
    made: Sequence[str],
    evaluations: Path,
    means: Path,
    models: Path,
    impressions: Path,
    calibration: Path,
    audit: Path,
) -> RunResults:
    """Read one folder per task below each path; folders of other tasks are left alone.

    calibration: the last model's, or a placeholder where that was made elsewhere; audit: a
    placeholder where there is none.

    trained: the tasks on which this run trained a network; made: those from whose models it made
    impressions. Another run may have left more.

    `tasks` are those of this run, in order. A model made elsewhere brings tasks of its own, and is
    tested once, after the last of them.
    Raises ArtifactError where a file is missing or damaged, or the records are of different runs.
    """
    loaded = {task: load_json(evaluations / task / "evaluation.json") for task in tasks}
    records = [record for task, record in loaded.items() if record["task"] == task]
    check_one_run(records)
    scaled = _calibrated_error(evaluations / tasks[-1], calibration, records[-1])
    return RunResults(
        evaluations=records,
        means=load_array(means / tasks[-1] / "means.npy"),
        impressions={task: _impressions(impressions / task) for task in made},
        training={task: load_table(models / task / "training.csv") for task in trained},
        synthesis={task: load_table(impressions / task / "synthesis.csv") for task in made},
        shown=_shown(evaluations / tasks[-1]),
        hits=[_hits(evaluations / str(r["task"]), len(r["tasks"])) for r in records],
        ece_calibrated=scaled[0],
        ece_calibrated_error=scaled[1],
        audit=load_audit(audit),
    )


def check_one_run(records: Sequence[Mapping[str, Any]]) -> None:
    """Raise ArtifactError unless the records are consecutive tasks, up to T, of one run."""
    if not records:
        raise ArtifactError("there is no evaluation to report on; run `dvc repro`")
    before = len(records[-1]["tasks"]) - len(records)
    for t, record in enumerate(records):
        expected = records[-1]["tasks"][: before + t + 1]
        odd = [
            key for key in ("dataset", "method", "seed", "split") if record[key] != records[-1][key]
        ]
        if record["tasks"] != expected:
            odd.append("tasks")
        if odd:
            raise ArtifactError(
                f"the evaluations of {record['task']} and {records[-1]['task']} differ in "
                f"{odd[0]}: they are of different runs; run `dvc repro`"
            )


def calibrated_error(
    folder: Path, record: Mapping[str, Any], *, temperature: float
) -> tuple[float | None, float | None]:
    """The calibration error of an evaluation, its record given, at that temperature.

    The second number is its standard error; both None where no image was evaluated.
    Raises ArtifactError where the arrays are missing or damaged.
    """
    if not record["n"]:
        return None, None
    scaled = temperature_scaled(load_array(folder / "probabilities.npy"), temperature)
    labels, bins = load_array(folder / "labels.npy"), len(record["reliability"])
    table = reliability_table(scaled, labels, bins)
    found = expected_calibration_error(table), calibration_error_error(scaled, labels, table)
    return round(found[0], DIGITS), round(found[1], DIGITS)


def _calibrated_error(
    folder: Path, calibration: Path, record: Mapping[str, Any]
) -> tuple[float | None, float | None]:
    if not calibration.is_dir():
        return None, None
    found = load_calibration(calibration / CALIBRATION_FILE)
    if found.model_sha256 != record["model_sha256"]:
        raise ArtifactError(f"{calibration} is of another model; run `dvc repro`")
    return calibrated_error(folder, record, temperature=found.temperature)


def _impressions(folder: Path) -> Impressions:
    images = load_array(folder / "images.npy", memory_map=True)
    labels = load_array(folder / "labels.npy")
    if images.ndim != 4 or len(images) != len(labels):
        raise ArtifactError(
            f"{folder}: images {list(images.shape)} and labels {list(labels.shape)} do not fit"
        )
    return Impressions(images, labels)


def _shown(folder: Path) -> Shown:
    labels = load_array(folder / "example_labels.npy")
    first, second = load_json(folder / "features.json")["explained"]
    return Shown(
        examples=Impressions(load_array(folder / "examples.npy"), labels),
        mistakes=load_array(folder / "mistakes.npy"),
        mistake_rows=load_table(folder / "mistakes.csv"),
        features=load_table(folder / "features.csv"),
        explained=(float(first), float(second)),
    )


def _hits(folder: Path, seen: int) -> list[np.ndarray]:
    labels, tasks = (load_array(folder / f"{name}.npy") for name in ("labels", "tasks"))
    right = load_array(folder / "probabilities.npy").argmax(axis=1) == labels
    return [right[tasks == j] for j in range(seen)]
