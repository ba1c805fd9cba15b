"""A model between two tasks: what is kept of it, what it predicts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ccsi.class_means import ClassMeans, load_means, save_means
from ccsi.frame.errors import DataError
from ccsi.inference.logits import probabilities_of
from ccsi.models.classifier import Classifier
from ccsi.models.store import MODEL_FILE, load_classifier, save_classifier
from ccsi.tasks.images import LabelledImages

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Model:
    """What is handed on from task to task: the network, and each class's mean image."""

    classifier: Classifier
    means: ClassMeans

    @property
    def class_names(self) -> tuple[str, ...]:
        """In the order of their ids."""
        return self.classifier.class_names


def predict(model: Model, images: Images, *, temperature: float = 1.0) -> NDArray[np.float64]:
    """Probabilities [N, K] of all classes; the logits are divided by `temperature`."""
    labels = np.zeros(len(images), dtype=np.int64)
    shape = LabelledImages(images, labels).images.shape[1:]
    if shape != model.means.means.shape[1:]:
        raise DataError(
            f"images are {list(shape)}, the model was made for {list(model.means.means.shape[1:])}"
        )
    return probabilities_of(model.classifier, images, temperature=temperature)


def save(model: Model, folder: str | Path) -> None:
    """Write a folder that `load`, `ccsi predict` and the pipeline's `start` read."""
    save_classifier(Path(folder) / MODEL_FILE, model.classifier)
    save_means(Path(folder), model.means)


def load(folder: str | Path) -> Model:
    """Read what `save` wrote. Raises ArtifactError."""
    return Model(load_classifier(Path(folder) / MODEL_FILE), load_means(Path(folder)))
