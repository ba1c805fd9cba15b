"""Fitting a model's temperature on the images that its last task may read."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ccsi.evaluation.calibration import expected_calibration_error, reliability_table
from ccsi.frame.errors import ArtifactError
from ccsi.inference.logits import logits_of, softmax
from ccsi.inference.temperature import fit_temperature, negative_log_likelihood
from ccsi.models.classifier import Classifier
from ccsi.tasks.images import LabelledImages


@dataclass(frozen=True)
class Scaling:
    """A fitted temperature, with calibration error and likelihood before and after it."""

    temperature: float
    ece_before: float
    ece_after: float
    nll_before: float
    nll_after: float


def calibrate(
    classifier: Classifier,
    validation: LabelledImages,
    impressions: LabelledImages | None,
    *,
    bins: int,
) -> Scaling:
    """Fit on the current task's validation images together with impressions of older classes.

    Raises ArtifactError where a label is none of the model's classes, or the model has diverged.
    """
    parts = [validation] if impressions is None else [validation, impressions]
    labels = np.concatenate([part.labels for part in parts])
    if labels.max() >= classifier.n_classes:
        raise ArtifactError(
            f"the images have class {labels.max()}, the model knows 0..{classifier.n_classes - 1}; "
            "run `dvc repro`"
        )
    logits = np.concatenate([logits_of(classifier, part.images) for part in parts])
    try:
        temperature = fit_temperature(logits, labels)
    except ValueError as error:
        raise ArtifactError(f"the model gives no numbers (it has diverged): {error}") from error
    return Scaling(
        temperature,
        _ece(logits, labels, bins),
        _ece(logits / temperature, labels, bins),
        negative_log_likelihood(logits, labels, 1.0),
        negative_log_likelihood(logits, labels, temperature),
    )


def _ece(logits: NDArray[np.float64], labels: NDArray[np.int64], bins: int) -> float:
    error = expected_calibration_error(reliability_table(softmax(logits), labels, bins))
    assert not math.isnan(error)  # there are images
    return error
