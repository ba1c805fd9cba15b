"""scikit-learn's digits: 1,797 handwritten digits, 8 x 8, real, embedded, no download.

From the UCI data set "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak, 1998;
CC BY 4.0). The writers are not recorded, so that splits cannot keep them apart.
"""

from __future__ import annotations

import gzip
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ccsi.data.params import DatasetParams
from ccsi.data.reading.convert import to_channels, to_side
from ccsi.data.reading.source_images import SourceImages, chosen_names
from ccsi.data.reading.splits import TEST, TRAIN, VAL, split_by_class
from ccsi.frame.errors import DataError
from ccsi.tasks.images import LabelledImages

NAMES = [str(digit) for digit in range(10)]
BRIGHTEST = 16  # of the original grey levels 0..16


def class_names(dataset: DatasetParams) -> list[str]:
    """The digits "0" to "9", or dataset.class_names."""
    if dataset.path is not None:
        raise DataError("dataset.path: the digits are embedded in scikit-learn; set it to null")
    return list(dataset.class_names or NAMES)


def load(dataset: DatasetParams, raw: Path, classes: Sequence[int]) -> SourceImages:
    """The digits at dataset.side (bicubic; 8 without one), split per class; `raw` is not read."""
    if dataset.groups is not None:
        raise DataError("dataset.groups: the digits come without their writers; set it to null")
    names = class_names(dataset)
    chosen = chosen_names(names, classes)
    images, labels = _read()
    splits = split_by_class(
        labels,
        names,
        val_fraction=dataset.val_fraction,
        test_fraction=dataset.test_fraction,
        seed=dataset.split_seed,
    )

    def part(split: int) -> LabelledImages:
        rows = np.flatnonzero((splits == split) & np.isin(labels, classes))
        own = np.array([classes.index(label) for label in labels[rows].tolist()], dtype=np.int64)
        resized = to_side(to_channels(images[rows], dataset.channels), dataset.side)
        return LabelledImages(resized, own)

    return SourceImages(chosen, train=part(TRAIN), val=part(VAL), test=part(TEST), grouped=False)


def _read() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """uint8 [1797, 8, 8, 1] and int64 [1797], from the file in the installed package.

    Importing sklearn.datasets would take a second and nothing else of it is needed.
    """
    found = importlib.util.find_spec("sklearn")
    places = list(found.submodule_search_locations or ()) if found else []
    files = [Path(place, "datasets", "data", "digits.csv.gz") for place in places]
    file = next((file for file in files if file.is_file()), None)
    if file is None:
        raise DataError("the digits are part of scikit-learn, which is not installed as expected")
    with gzip.open(file, "rt") as stream:
        table = np.loadtxt(stream, delimiter=",", dtype=np.int64)
    grey = (table[:, :64] * 255 + BRIGHTEST // 2) // BRIGHTEST
    return grey.astype(np.uint8).reshape(-1, 8, 8, 1), table[:, 64]
