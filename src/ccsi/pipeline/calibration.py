"""The calibration of one model of a run."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from ccsi.evaluation.calibration_record import Calibration, sha256
from ccsi.inference.calibrate import calibrate
from ccsi.models.store import MODEL_FILE, load_classifier
from ccsi.pipeline.labelled import load_labelled
from ccsi.tasks.task_files import load_task


def calibrate_model(data: Path, model: Path, impressions: Path, *, bins: int) -> Calibration:
    """Fit the temperature of the model in `model` on what its last task may read.

    data: that task's folder, of which the validation images are used. impressions: of the older
    classes, or a placeholder where the method has none. Raises ArtifactError.
    """
    task = load_task(data, memory_map=True)
    file = model / MODEL_FILE
    classifier = load_classifier(file)
    rehearsed = None if impressions.is_file() else load_labelled(impressions)
    found = calibrate(classifier, task.val, rehearsed, bins=bins)
    return Calibration(
        task=task.info.task,
        n_validation=len(task.val),
        n_impressions=0 if rehearsed is None else len(rehearsed),
        bins=bins,
        side=task.info.side,
        channels=task.info.channels,
        dataset=task.info.dataset,
        licence=task.info.licence,
        model_sha256=sha256(file),
        **dataclasses.asdict(found),
    )
