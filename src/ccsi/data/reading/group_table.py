"""Tables (CSV) that say which patient or slide an image belongs to."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from ccsi.data.reading.splits import SPLITS
from ccsi.frame.errors import DataError


def table_inside(folder: Path, name: str) -> Path:
    """The path of the table `name` in `folder`.

    A table elsewhere is refused: only what lies in the folder is declared as read, and only
    then does a changed table re-run what depends on it.
    """
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise DataError(f"dataset.groups = {name!r} leads out of {folder}; put the table inside it")
    if not path.is_file():
        raise DataError(f"{path}: no such file; dataset.groups names it")
    return path


def file_groups(path: Path, files: Sequence[str]) -> list[str]:
    """Groups of `files` (relative to the table's data folder, with "/"), in their order.

    The table has the columns file, group and exactly one row for each file. Raises DataError.
    """
    groups: dict[str, str] = {}
    for line, row in _rows(path, ("file", "group")):
        if row["file"] in groups:
            raise DataError(f"{path}: line {line}: {row['file']} stands there twice")
        groups[row["file"]] = row["group"]
    missing = [file for file in files if file not in groups]
    unknown = sorted(set(groups) - set(files))
    if missing:
        raise DataError(f"{path}: no group for {missing[0]} ({len(missing)} image(s) without)")
    if unknown:
        raise DataError(f"{path}: {unknown[0]} is not there ({len(unknown)} such row(s))")
    return [groups[file] for file in files]


def index_groups(path: Path, counts: Mapping[str, int]) -> list[str]:
    """Groups of all images of an npz file, split after split in the order of `counts`.

    The table has the columns split, index (from 0), group and one row for each image.
    """
    groups: dict[tuple[str, int], str] = {}
    for line, row in _rows(path, ("split", "index", "group")):
        split, index = row["split"], row["index"]
        if split not in SPLITS:
            raise DataError(f"{path}: line {line}: split {split!r} is none of {', '.join(SPLITS)}")
        if not (index.isascii() and index.isdigit() and int(index) < counts[split]):
            raise DataError(
                f"{path}: line {line}: index {index!r} is not within 0..{counts[split] - 1}"
            )
        if (split, int(index)) in groups:
            raise DataError(f"{path}: line {line}: {split} {index} stands there twice")
        groups[split, int(index)] = row["group"]
    wanted = [(split, index) for split, count in counts.items() for index in range(count)]
    missing = [key for key in wanted if key not in groups]
    if missing:
        raise DataError(f"{path}: no group for {missing[0][0]} image {missing[0][1]}")
    return [groups[key] for key in wanted]


def _rows(path: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream, strict=True)
            absent = [column for column in columns if column not in (reader.fieldnames or ())]
            if absent:
                raise DataError(f"{path}: column {absent[0]} missing; needed: {', '.join(columns)}")
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read as CSV: {error}") from error
    for line, row in rows:
        if any(not (row[column] or "").strip() for column in columns):
            raise DataError(f"{path}: line {line}: {' or '.join(columns)} is empty")
    return rows
