"""A model as it is used: the network, its temperature, and the images it was made for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ccsi.evaluation.calibration_record import (
    CALIBRATION_FILE,
    UNFITTED,
    Calibration,
    load_calibration,
    sha256,
)
from ccsi.frame.artifacts import load_array
from ccsi.frame.errors import ArtifactError
from ccsi.inference.logits import probabilities_of
from ccsi.models.classifier import Classifier
from ccsi.models.store import MODEL_FILE, load_classifier
from ccsi.tasks.task_files import load_info

MEANS_FILE = "means.npy"
TASK_FILE = "task.json"


@dataclass(frozen=True)
class TrainedModel:
    """side: of the images that the network was made for; calibration: None where there is none.

    dataset, licence: of the images of its last task, None where nothing beside it tells.
    """

    path: Path
    classifier: Classifier
    side: int
    calibration: Calibration | None
    dataset: str | None = None
    licence: str | None = None

    @property
    def temperature(self) -> float:
        """What the logits are divided by; 1 without a calibration."""
        return UNFITTED if self.calibration is None else self.calibration.temperature

    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Probabilities [N, K] of images uint8 [N, side, side, C]."""
        return probabilities_of(self.classifier, images, temperature=self.temperature)

    def in_words(self) -> str:
        """What a user of its probabilities should know, in one line."""
        classes = f"{self.path}: {self.classifier.n_classes} classes"
        if self.calibration is None:
            return f"{classes}; no {CALIBRATION_FILE}, so probabilities are not temperature-scaled"
        return f"{classes}; {self.calibration.in_words()}"


def load_trained_model(path: Path, *, beside: Sequence[Path] = ()) -> TrainedModel:
    """Read a model from its file, or from the folder that holds it.

    beside: folders besides the model's own where its calibration.json may lie, or, for a model
    without one, means.npy, which tells the side, and the task.json of its last task's images.
    Raises ArtifactError where a file is damaged, a weight is no number, the calibration is of
    another model, or nothing says which images the model takes.
    """
    file = path / MODEL_FILE if path.is_dir() else path
    classifier = load_classifier(file)
    _refuse_not_finite(file, classifier)
    places = (file.parent, *beside)
    found = _first(places, CALIBRATION_FILE)
    if found is None:
        side = _side_of_means(places, classifier)
        return TrainedModel(file, classifier, side, None, *_data_of(places, classifier))
    loaded = load_calibration(found)
    if loaded.model_sha256 != sha256(file):
        raise ArtifactError(
            f"{found} is of another model than {file}; run `dvc repro`, or remove it to use the "
            "probabilities as the network gives them"
        )
    return TrainedModel(file, classifier, loaded.side, loaded, loaded.dataset, loaded.licence)


def _refuse_not_finite(file: Path, classifier: Classifier) -> None:
    for name, value in classifier.state_dict().items():
        if not torch.isfinite(value).all():
            raise ArtifactError(f"{file}: {name} holds NaN or infinity; no image can be predicted")


def _first(places: Sequence[Path], name: str) -> Path | None:
    return next((place / name for place in places if (place / name).is_file()), None)


def _side_of_means(places: Sequence[Path], classifier: Classifier) -> int:
    found = _first(places, MEANS_FILE)
    if found is None:
        raise ArtifactError(
            f"{places[0]}: neither {CALIBRATION_FILE} nor {MEANS_FILE} beside the model says which "
            "images it was made for; copy one there from data/calibration/<task> or "
            "data/means/<task> of its project"
        )
    means = load_array(found, memory_map=True)
    if means.ndim != 4 or means.shape[3] != classifier.channels:
        raise ArtifactError(
            f"{found}: shape {list(means.shape)} does not fit the model's "
            f"{classifier.channels} channels"
        )
    return int(means.shape[1])


def _data_of(places: Sequence[Path], classifier: Classifier) -> tuple[str | None, str | None]:
    """Name and licence of the data, where a task.json is that of the model's last task."""
    found = _first(places, TASK_FILE)
    if found is None:
        return None, None
    info = load_info(found.parent)
    last = [classifier.class_names[number] for number in classifier.tasks.get(info.task, ())]
    if last != list(info.class_names):
        return None, None
    return info.dataset, info.licence
