"""Images that arrive folder by folder, `<root>/<arrival>/<class>/*.png`: one task each.

An arrival is read alone. Each may have train/, val/ and test/ of its own, and, under the name
dataset.groups, its own table (columns file, group; file relative to the arrival). A group's split
follows from its name, so that a patient who comes back stays in the split of the first visit.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ccsi.data.params import DatasetParams
from ccsi.data.reading.arrival_record import arrivals
from ccsi.data.reading.image_folder import read_folder
from ccsi.data.reading.image_tree import class_folders
from ccsi.data.reading.source_images import SourceImages
from ccsi.frame.errors import DataError


def class_names(dataset: DatasetParams) -> list[str]:
    """Names of the classes of all arrivals so far, in the order of arrival."""
    if dataset.path is None:
        raise DataError(
            "dataset.path is null; name the folder of arrivals: "
            "ccsi config dataset=arrivals dataset.path=<dir>"
        )
    if dataset.class_names is not None:
        raise DataError(
            "dataset.class_names: folders name their classes themselves; set it to null"
        )
    return [name for arrival in arrivals(Path(dataset.path)) for name in arrival.classes]


def load(dataset: DatasetParams, raw: Path, classes: Sequence[int]) -> SourceImages:
    """The images of one arrival; `raw` is its folder, `classes` its ids, in natural order."""
    found = len(class_folders(raw))
    if found != len(classes):
        raise DataError(
            f"{raw}: {found} class folders, {len(classes)} were laid out; run `ccsi config` anew"
        )
    return read_folder(dataset, raw, range(found), stateless_groups=True)
