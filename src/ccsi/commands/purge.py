"""`ccsi purge`: a task's images deleted wherever they can be reached, and a record of it."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from ccsi.commands.place import Place
from ccsi.commands.places import (
    find_places,
    fingerprints,
    history_of,
    still_there,
    task_objects,
)
from ccsi.commands.storage import open_storage
from ccsi.config.digest import read_params
from ccsi.config.paths import (
    CALIBRATION,
    MEANS,
    MEMBERS,
    MODELS,
    PARAMS_FILE,
    STATISTICS,
    project_root,
)
from ccsi.frame.artifacts import load_json, save_json
from ccsi.frame.errors import ArtifactError, ParameterError
from ccsi.lineage.content import tree_digest

RECORDS = Path("purges")
# What is made from a task's images and cannot be made again without them: the records of
# params.yaml that a stage runs over, and where it writes.
MADE = {
    "tasks": MEANS,
    "first": MODELS,
    "increments": MODELS,
    "gatherings": STATISTICS,
    "calibrations": CALIBRATION,
}
UNSEEN = "other clones, backups and copies elsewhere are not seen from here"
SHARED = {
    "digits": "the digits are part of scikit-learn",
    "medmnist": "one file holds the images of all tasks",
    "npz": "one file holds the images of all tasks",
    "folder": "one folder holds all classes, and their numbers and splits follow from it",
}


def run(task: str, *, yes: bool, list_only: bool, console: Console) -> bool:
    """Delete the task's images; whether they are gone (or, with `list_only`, nowhere in reach).

    Raises ParameterError where the data set's tasks share files or there is no such task,
    ArtifactError where what shall stay is not there.
    """
    with contextlib.chdir(project_root(Path.cwd())):
        params = read_params(PARAMS_FILE)
        _check(params, task)
        raw = str(params["tasks"][task]["reads"])  # the folder that it arrived in
        with open_storage() as storage:
            before = _before(task)
            last = before[-1] if before else {}
            named = last.get("objects", last.get("arrays", {}))  # `arrays`: in older records
            outs, objects = task_objects(task, raw, storage, history_of(storage), named)
            known = fingerprints(task, Path(raw), storage, objects)

            def look() -> list[Place]:
                found = find_places(task, Path(raw), storage, objects, outs, known)
                earlier = still_there(last.get("left", ()))
                return [*found, *(place for place in earlier if place.where not in _names(found))]

            places = look()
            _show(console, task, places)
            if list_only:
                return not places
            if places and not yes and not typer.confirm("Delete them?"):
                console.print("nothing was deleted", highlight=False)
                return False
            kept = _kept(params, task)
            owned, searched = objects.owned, bool(known.images)
            record = partial(_record, task, raw, before, kept, owned, searched)
            # First, so that a purge that is killed leaves the names by which the next one looks.
            record([], places)
            failed = _empty(places)
            fixed = [*failed, *(place for place in places if place.empty is None)]
            # What lay beside a deleted file is found no more, but is there as before.
            left = [*fixed, *(place for place in look() if place.where not in _names(fixed))]
        deleted = [place for place in places if place.where not in _names(left)]
        record(deleted, left)
        return _verdict(console, task, deleted, left, searched=searched)


def _file(task: str) -> Path:
    return RECORDS / f"{task}.json"


def _before(task: str) -> list[dict[str, Any]]:
    """What the purges before found and left."""
    return list(load_json(_file(task))["purges"]) if _file(task).is_file() else []


def _check(params: Mapping[str, Any], task: str) -> None:
    tasks = params.get("tasks") or {}
    if task not in tasks:
        raise ParameterError(f"there is no task {task}; the tasks are {', '.join(tasks)}")
    source = params["dataset"]["source"]
    if source != "arrivals":
        why = SHARED.get(source, "it does not keep tasks apart")
        raise ParameterError(
            f"dataset.source = {source}: {why}, so that one task's cannot be deleted; "
            "only dataset=arrivals keeps each task in a folder of its own"
        )


def _kept(params: Mapping[str, Any], task: str) -> dict[str, str]:
    """Digests of what stays. Raises ArtifactError where the task has not been learned yet."""
    made = sorted({folder for name, folder in MADE.items() if task in (params.get(name) or {})})
    kept = [Path(folder) / task for folder in made]
    if task in (params.get("first") or {}):  # the other networks of the first task
        kept += [Path(MEMBERS) / member for member in params.get("members") or {}]
    for path in kept:
        if not path.is_dir():
            raise ArtifactError(
                f"{path} is not there: {task} has not been learned, or it must be brought back "
                "(`dvc repro`, `dvc checkout`); without it the images are needed"
            )
    return {str(path): tree_digest(path) for path in kept}


def _empty(places: Sequence[Place]) -> list[Place]:
    failed = []
    for place in places:
        if place.empty is not None:
            try:
                place.empty()
            except (OSError, ArtifactError) as error:
                told = str(error)
                failed.append(Place(place.kind, place.where, place.digest, None, told))
    return failed


def _names(places: Sequence[Place]) -> set[str]:
    return {place.where for place in places}


def _show(console: Console, task: str, places: Sequence[Place]) -> None:
    if not places:
        console.print(f"no place in reach holds images of {task}", highlight=False)
    for place in places:
        told = f"  (CANNOT be emptied from here: {place.obstacle})" if place.obstacle else ""
        console.print(f"{place.kind}: {place.where}{told}", highlight=False, markup=False)


def _record(
    task: str,
    raw: str,
    before: Sequence[Mapping[str, Any]],
    kept: Mapping[str, str],
    objects: Mapping[str, str],
    searched: bool,
    deleted: Sequence[Place],
    left: Sequence[Place],
) -> None:
    now = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "arrival": raw,
        "gone": not left,
        "searched_by_content": searched,
        "deleted": [{"kind": p.kind, "where": p.where, "hash": p.digest} for p in deleted],
        "left": [
            {"kind": p.kind, "where": p.where, "hash": p.digest, "why": p.obstacle} for p in left
        ],
        "objects": dict(objects),  # a remote may still have them, and no listing names them then
        "kept": dict(kept),
        "not_seen": UNSEEN,
    }
    save_json(_file(task), {"task": task, "purges": [*before, now]})


def _verdict(
    console: Console, task: str, deleted: Sequence[Place], left: Sequence[Place], *, searched: bool
) -> bool:
    """Say what is true, and no more."""

    def say(text: str) -> None:
        console.print(text, highlight=False, markup=False)

    say(f"deleted {len(deleted)} places; the record is {_file(task)}: commit it")
    for place in left:
        say(f"LEFT: {place.kind}: {place.where}: {place.obstacle or 'it is still there'}")
    if left:
        say(f"{len(left)} places still hold images of {task}; empty them, then purge again")
        return False
    if not searched:
        say("no image was at hand to search copies by their content; looked by name alone")
    say(f"the images of {task} are gone from every place in reach; {UNSEEN}")
    say("next: `dvc repro --allow-missing`")
    return True
