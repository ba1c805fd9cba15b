"""The record of arrivals: which classes each brought, in order, kept when a folder is deleted.

`<root>/arrivals.json` only grows. Class ids follow from it, so that they never change.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccsi.data.reading.image_tree import class_folders, folders
from ccsi.data.reading.names import check_class_names
from ccsi.frame.artifacts import load_json, save_json
from ccsi.frame.errors import ArtifactError, DataError

RECORD = "arrivals.json"


@dataclass(frozen=True)
class Arrival:
    """A folder's name and the classes it brought, in natural order."""

    name: str
    classes: tuple[str, ...]


def arrivals(root: Path) -> list[Arrival]:
    """Recorded arrivals first, then the folders that are new, in natural order.

    Raises DataError where a recorded folder now has other classes, or a class comes back.
    """
    known = recorded(root)
    names = {arrival.name for arrival in known}
    present = folders(root, root)
    for arrival in known:
        if arrival.name in present:
            _check_unchanged(root, arrival)
    new = [name for name in present if name not in names]
    found = [*known, *(Arrival(name, tuple(class_folders(root / name))) for name in new)]
    if not found:
        raise DataError(f"{root}: holds no arrivals: <arrival>/<class>/<image> is needed")
    _check_disjoint(root, found)
    return found


def record_arrivals(root: Path) -> list[str]:
    """Append new folders to `<root>/arrivals.json`; their names. Nothing new writes nothing."""
    found = arrivals(root)
    new = [arrival.name for arrival in found[len(recorded(root)) :]]
    if new:
        rows = [{"name": arrival.name, "classes": list(arrival.classes)} for arrival in found]
        save_json(root / RECORD, {"arrivals": rows})
    return new


def recorded(root: Path) -> list[Arrival]:
    """What `<root>/arrivals.json` holds; nothing if it is not there."""
    path = root / RECORD
    if not path.exists():
        return []
    try:
        rows = load_json(path).get("arrivals")
    except ArtifactError as error:
        raise DataError(
            f"{path} is damaged; restore it: class ids depend on it ({error})"
        ) from error
    if not isinstance(rows, list):
        raise DataError(f"{path}: the list arrivals is missing; restore the file")
    found = [_arrival(path, row) for row in rows]
    check_class_names([arrival.name for arrival in found], where=str(path))
    return found


def _arrival(path: Path, row: Any) -> Arrival:
    match row:
        case {"name": str(name), "classes": [str(), *_] as classes} if all(
            isinstance(entry, str) for entry in classes
        ):
            check_class_names(classes, where=f"{path}: {name}")
            return Arrival(name, tuple(classes))
    raise DataError(f"{path}: {row!r} is no arrival; a name and its classes are needed")


def _check_unchanged(root: Path, arrival: Arrival) -> None:
    present = class_folders(root / arrival.name)
    if set(present) != set(arrival.classes):
        raise DataError(
            f"{root / arrival.name}: arrived with {', '.join(arrival.classes)}, now has "
            f"{', '.join(present)}; put new classes into a new folder"
        )


def _check_disjoint(root: Path, found: list[Arrival]) -> None:
    first: dict[str, str] = {}
    for arrival in found:
        for name in arrival.classes:
            if name in first:
                raise DataError(
                    f"{root}: class {name!r} of {arrival.name} already arrived with {first[name]}; "
                    "each class belongs to one arrival"
                )
            first[name] = arrival.name
