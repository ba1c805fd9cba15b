"""`ccsi provenance`: every file that any stage behind a model read, from dvc.lock."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ccsi.config.digest import read_params
from ccsi.config.paths import MODELS, PARAMS_FILE, project_root
from ccsi.errors import ArtifactError
from ccsi.lineage.ancestry import Reading, readings, stages_behind
from ccsi.lineage.lock import LOCK, Entry, Executed, read_lock

MODEL_FILE = "model.safetensors"
CACHE = Path(".dvc/cache/files/md5")


def run(model: str | None, *, as_json: bool, console: Console) -> bool:
    """Print the files; whether a learning stage read an image of an old task.

    model: a folder or file of data/models, or a task's name; None is the last task of params.yaml.
    Raises ArtifactError where dvc.lock does not know it, or knows other bytes under its name.
    """
    here = Path.cwd()
    with contextlib.chdir(project_root(here)):
        folder = model_folder(model, here)
        stages = read_lock(Path(LOCK))
        behind = stages_behind(folder, stages)
        _check_bytes(folder, behind)
        found = [Reading(r.stage, e, r.old_images) for r in readings(behind) for e in _files(r)]
    old = [reading for reading in found if reading.old_images]
    if as_json:
        console.out(json.dumps(_record(folder, behind, found), indent=2), highlight=False)
    else:
        console.print(_table(folder, found))
        console.print(_verdict(folder, found, old), highlight=False)
    return bool(old)


def model_folder(model: str | None, here: Path) -> str:
    """The folder of a model, as dvc.lock names it; the current folder is the project's root."""
    if model is None or ("/" not in model and not (here / model).exists()):
        tasks = read_params(PARAMS_FILE).get("tasks") or {}
        if not tasks:
            raise ArtifactError(f"{PARAMS_FILE} has no tasks; run `ccsi config`")
        task = list(tasks)[-1] if model is None else model
        return str(tasks[task]["model"]) if task in tasks else f"{MODELS}/{task}"
    path = (here / model).resolve()
    path = path.parent if path.name == MODEL_FILE else path
    root = Path.cwd().resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _check_bytes(folder: str, behind: Sequence[Executed]) -> None:
    """The lock speaks of the model that it hashed, not of any other under that name."""
    file = Path(folder) / MODEL_FILE
    out = next(out for stage in behind for out in stage.outs if out.path == folder)
    listed = {row["relpath"]: row["md5"] for row in _members(out)}
    if not file.is_file() or MODEL_FILE not in listed:
        return
    if hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest() != listed[MODEL_FILE]:
        raise ArtifactError(
            f"{file} is not the model that {LOCK} speaks of; run `dvc checkout {folder}` for that "
            "one, or `dvc repro`"
        )


def _files(reading: Reading) -> list[Entry]:
    """The files of a folder, where the cache still says which; else the folder itself."""
    entry = reading.entry
    rows = _members(entry) if entry.is_folder else []
    return [Entry(f"{entry.path}/{row['relpath']}", row["md5"]) for row in rows] or [entry]


def _members(entry: Entry) -> list[dict[str, str]]:
    listing = CACHE / entry.md5[:2] / entry.md5[2:]
    try:
        rows = json.loads(listing.read_text())
        return [{"relpath": str(row["relpath"]), "md5": str(row["md5"])} for row in rows]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _record(folder: str, behind: Sequence[Executed], found: Sequence[Reading]) -> dict[str, Any]:
    return {
        "model": folder,
        "stages": {stage.address: stage.command for stage in behind},
        "read": [
            {"stage": r.stage, "path": r.entry.path, "md5": r.entry.md5, "old_images": r.old_images}
            for r in found
        ],
        "old_images": sorted({r.entry.path for r in found if r.old_images}),
    }


def _table(folder: str, found: Sequence[Reading]) -> Table:
    table = Table(title=f"Read by the stages behind {folder}", title_justify="left")
    for column in ("stage", "file", "md5", "old task's image"):
        table.add_column(column, overflow="fold")
    for reading in found:
        entry = reading.entry
        table.add_row(reading.stage, entry.path, entry.md5, "YES" if reading.old_images else "no")
    return table


def _verdict(folder: str, found: Sequence[Reading], old: Sequence[Reading]) -> str:
    files = len({reading.entry.path for reading in found})
    if not old:
        return f"{files} files; no learning stage behind {folder} read an image of an old task"
    told = sorted({f"{reading.stage} read {reading.entry.path}" for reading in old})
    return f"{files} files; NOT data-free: {'; '.join(told)}"
