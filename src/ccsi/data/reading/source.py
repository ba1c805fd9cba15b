"""What a source of images must offer, and how one is found by name.

What reads npz files, image folders, arrivals and downloads is imported here for every source,
though each needs only some of it: thereby all sources have the same import closure but for their
own file, and a stage can list the code that it depends on.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

from ccsi.data import sources
from ccsi.data.catalogue import file_check as file_check
from ccsi.data.params import DatasetParams
from ccsi.data.reading import arrival_record as arrival_record
from ccsi.data.reading import image_folder as image_folder
from ccsi.data.reading import npz_arrays as npz_arrays
from ccsi.data.reading.source_images import SourceImages
from ccsi.frame.errors import DataError


class Source(Protocol):
    """A module in ccsi/data/sources."""

    def class_names(self, dataset: DatasetParams) -> list[str]:
        """Names of all classes; a class's position is its source id."""

    def load(self, dataset: DatasetParams, raw: Path, classes: Sequence[int]) -> SourceImages:
        """Images of the classes with these source ids, from `raw`. Raises DataError."""


def open_source(name: str) -> Source:
    """The source module of that name. Raises DataError, listing the known ones, for another."""
    known = sorted(module.name for module in pkgutil.iter_modules(sources.__path__))
    if name not in known:
        raise DataError(f"dataset.source = {name!r} is unknown; known: {', '.join(known)}")
    return cast(Source, importlib.import_module(f"{sources.__name__}.{name}"))
