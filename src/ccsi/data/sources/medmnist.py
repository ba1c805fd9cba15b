"""A single-label 2-D MedMNIST set, from the file that `ccsi.data.download` fetched."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ccsi.data.catalogue.file_check import md5_warnings
from ccsi.data.catalogue.sets import entry, file_name
from ccsi.data.params import DatasetParams
from ccsi.data.reading.npz_arrays import image_side, read_splits
from ccsi.data.reading.source_images import SourceImages
from ccsi.frame.errors import DataError


def class_names(dataset: DatasetParams) -> list[str]:
    """The names in the catalogue, or dataset.class_names."""
    if dataset.path is not None:
        raise DataError("dataset.path: MedMNIST files are fetched; for your own use dataset=npz")
    file_name(dataset.name, dataset.side or 28)
    return list(dataset.class_names or entry(dataset.name).class_names)


def load(dataset: DatasetParams, raw: Path, classes: Sequence[int]) -> SourceImages:
    """The images of `classes`; `raw` is the folder with the file of dataset.side pixels."""
    if dataset.groups is not None:
        raise DataError("dataset.groups: MedMNIST records no patients; set it to null")
    side = dataset.side or 28
    file = raw / file_name(dataset.name, side)
    warnings = md5_warnings(raw, dataset.name, side)
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if image_side(file) != side:
        raise DataError(f"{file}: images of {image_side(file)} pixels, not {side}")
    names = class_names(dataset)
    return read_splits(file, classes, names, channels=dataset.channels, warnings=warnings)
