"""Between the files of a run and the tensors of the learning stages: means and impressions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from ccsi.class_means import load_means
from ccsi.execution.images import ImageSet
from ccsi.frame.artifacts import save_table
from ccsi.frame.errors import ArtifactError
from ccsi.models.classifier import Classifier
from ccsi.pipeline.labelled import load_labelled, save_labelled

if TYPE_CHECKING:  # the update reads impressions without knowing how they are made
    from ccsi.synthesis.inversion import Impressions


def load_mean_images(folder: Path, classifier: Classifier) -> Tensor:
    """Class means [K, C, H, W] in [0, 1], one for each class of the model.

    Raises ArtifactError where they are the means of other classes.
    """
    means = load_means(folder)
    if tuple(means.class_names) != classifier.class_names:
        raise ArtifactError(
            f"{folder} holds the means of {', '.join(means.class_names)}, but the model knows "
            f"{', '.join(classifier.class_names)}"
        )
    return torch.from_numpy(np.array(means.means)).permute(0, 3, 1, 2).contiguous()


def save_impressions(folder: Path, impressions: Impressions) -> None:
    """Write impressions as uint8 [M, H, W, C], their labels, and the curve of the synthesis."""
    images = impressions.images.permute(0, 2, 3, 1).numpy()
    save_labelled(folder, images, impressions.labels.numpy())
    columns = ("iteration", "term", "value")
    save_table(folder / "synthesis.csv", impressions.curve, columns=columns)


def load_rehearsed(folder: Path, classifier: Classifier) -> ImageSet | None:
    """The impressions or exemplars in `folder`; None where it is the placeholder for "nothing"."""
    if folder.is_file():
        return None
    found = load_labelled(folder)
    if set(found.labels.tolist()) != set(range(classifier.n_classes)):
        raise ArtifactError(
            f"{folder} must hold images of the model's {classifier.n_classes} classes; "
            "remove it and run `dvc repro`"
        )
    return ImageSet.from_arrays(found.images, found.labels)
