"""Any npz file in MedMNIST's format, with its own splits.

dataset.path names the file, or a folder that holds exactly one npz file and, if dataset.groups
names it, a table of groups (columns split, index, group).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ccsi.data.params import DatasetParams
from ccsi.data.reading.group_table import table_inside
from ccsi.data.reading.names import check_class_names
from ccsi.data.reading.npz_arrays import names_in, read_splits
from ccsi.data.reading.source_images import SourceImages
from ccsi.frame.errors import DataError


def class_names(dataset: DatasetParams) -> list[str]:
    """dataset.class_names, else those in the file, else "class 0" and so on."""
    if dataset.path is None:
        raise DataError(
            "dataset.path is null; name the npz file: ccsi config dataset=npz dataset.path=<file>"
        )
    return _names(dataset, _file(Path(dataset.path)))


def load(dataset: DatasetParams, raw: Path, classes: Sequence[int]) -> SourceImages:
    """The images of `classes`, from the file or folder `raw`."""
    file = _file(raw)
    groups = None
    if dataset.groups is not None:
        if not raw.is_dir():
            raise DataError(
                f"dataset.groups = {dataset.groups!r}: put the table and {raw.name} into a folder "
                "of their own and name the folder in dataset.path"
            )
        groups = table_inside(raw, dataset.groups)
    return read_splits(
        file,
        classes,
        _names(dataset, file),
        side=dataset.side,
        channels=dataset.channels,
        groups=groups,
    )


def _names(dataset: DatasetParams, file: Path) -> list[str]:
    if dataset.class_names is not None:
        check_class_names(dataset.class_names, where="dataset.class_names")
        return list(dataset.class_names)
    return names_in(file, dataset.classes)


def _file(path: Path) -> Path:
    if not path.is_dir():
        return path
    files = sorted(path.glob("*.npz"))
    if len(files) != 1:
        raise DataError(f"{path}: holds {len(files)} npz files; name one in dataset.path")
    return files[0]
