"""Images that stand in for those of older classes, impressions or exemplars, in a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ccsi.frame.artifacts import load_array, save_array
from ccsi.frame.errors import ArtifactError, DataError
from ccsi.tasks.images import LabelledImages


def save_labelled(folder: Path, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> None:
    """Write images.npy, uint8 [M, H, W, C], and labels.npy, int64 [M]."""
    save_array(folder / "images.npy", images)
    save_array(folder / "labels.npy", labels)


def load_labelled(folder: Path) -> LabelledImages:
    """Read what `save_labelled` wrote. Raises ArtifactError where it is missing or damaged."""
    images, labels = load_array(folder / "images.npy"), load_array(folder / "labels.npy")
    try:
        return LabelledImages(images, labels)
    except DataError as error:
        raise ArtifactError(f"{folder}: {error}; run `dvc repro`") from error
