"""A model made elsewhere: what a start folder knows, read without PyTorch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccsi.frame.errors import ParameterError

FILES = ("model.safetensors", "means.npy", "means.json")
STATISTICS_FILE = "statistics.safetensors"  # of data/statistics/<task>, for methods that need it


@dataclass(frozen=True)
class StartModel:
    """class_names in the order of class ids; n_tasks: how many tasks it has learned; data_free:
    whether it learned each without an image of an older one, as its record says.
    """

    folder: str
    class_names: tuple[str, ...]
    n_tasks: int
    data_free: bool


def read_start(folder: str) -> StartModel:
    """What the model in `folder` knows. Raises ParameterError where the folder is no start."""
    for name in FILES:
        if not (Path(folder) / name).is_file():
            raise ParameterError(
                f"start = {folder}: no file {name} there; a start folder holds {', '.join(FILES)}"
            )
    record = _metadata(Path(folder) / FILES[0])
    try:
        return StartModel(
            folder,
            tuple(record["class_names"]),
            len(record["tasks"]),
            all(learned["data_free"] for learned in record["history"]),
        )
    except (KeyError, TypeError) as error:
        raise ParameterError(f"start = {folder}: the model's record lacks {error}") from error


def refuse_unusable_start(folder: str, method: Mapping[str, Any]) -> None:
    """Raise ParameterError where the method cannot go on from a model made elsewhere."""
    if method["reads"] == "seen":
        fault = "trains a fresh network at each task, so it cannot go on from a model"
    elif method["rehearsal"] == "exemplars":
        fault = "rehearses images of the old classes, which a start does not bring"
    elif method["learning"] == "statistics" and not (Path(folder) / STATISTICS_FILE).is_file():
        fault = f"needs {STATISTICS_FILE} of the old classes, which is not in {folder}"
    else:
        return
    raise ParameterError(
        f"start: method {method['name']} {fault}; set start=null or choose another method"
    )


def _metadata(path: Path) -> Mapping[str, Any]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as stream:
            record: Mapping[str, Any] = json.loads((stream.metadata() or {})["ccsi"])
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise ParameterError(f"start: {path} is no readable ccsi model ({error})") from error
    return record


def tasks_already_learned(start: StartModel, names_by_task: Mapping[str, tuple[str, ...]]) -> int:
    """How many of the data set's first tasks the model knows: 0 if all its classes are others.

    names_by_task: class names of each task, in order. Raises ParameterError where the classes
    overlap in any other way, since class ids follow arrival.
    """
    seen: tuple[str, ...] = ()
    for count, names in enumerate(names_by_task.values(), start=1):
        seen += names
        if seen == start.class_names:
            return count
    shared = set(start.class_names) & set(seen)
    if not shared:
        return 0
    raise ParameterError(
        f"start = {start.folder}: its classes ({', '.join(start.class_names)}) are neither those "
        f"of the first tasks in their order nor all new; shared: {', '.join(sorted(shared))}; "
        "change split or dataset.class_order"
    )
