"""A folder of images, `<root>/<class>/*.png`, or with given splits, `<root>/train/<class>/*.png`.

Class folders in natural order are classes 0, 1 and so on. dataset.groups names a table in the
folder (columns file, group; file relative to the folder).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ccsi.data.params import DatasetParams
from ccsi.data.reading.image_folder import read_folder
from ccsi.data.reading.image_tree import class_folders
from ccsi.data.reading.source_images import SourceImages
from ccsi.frame.errors import DataError


def class_names(dataset: DatasetParams) -> list[str]:
    """Names of the class folders."""
    if dataset.path is None:
        raise DataError(
            "dataset.path is null; name the image folder: "
            "ccsi config dataset=folder dataset.path=<folder>"
        )
    if dataset.class_names is not None:
        raise DataError(
            "dataset.class_names: folders name their classes themselves; set it to null"
        )
    return class_folders(Path(dataset.path))


def load(dataset: DatasetParams, raw: Path, classes: Sequence[int]) -> SourceImages:
    """The images of `classes` in the folder `raw`; groups are kept whole over all classes."""
    return read_folder(dataset, raw, classes, stateless_groups=False)
