"""`ccsi provenance`: every file that any stage behind a model read, from dvc.lock."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ccsi.commands.storage import cache_folder
from ccsi.config.digest import read_params
from ccsi.config.paths import MODELS, PARAMS_FILE, from_root, project_root
from ccsi.config.start import read_start
from ccsi.frame.errors import ArtifactError
from ccsi.lineage.ancestry import Reading, readings, stages_behind
from ccsi.lineage.folders import files_of
from ccsi.lineage.lock import LOCK, Executed, read_lock

MODEL_FILE = "model.safetensors"
COLUMNS = ("stage", "file", "md5", "old task's image")


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
        cache = cache_folder()
        _check_bytes(folder, behind, cache)
        read = readings(behind, data_free=_data_free_start(behind))
        files = {entry: files_of(entry, cache) for entry in {r.entry for r in read}}
        found = [
            Reading(r.stage, entry, r.old_images)
            for r in read
            for entry in files[r.entry] or [r.entry]
        ]
        made = {out.path for stage in stages.values() for out in stage.outs}
    old = [reading for reading in found if reading.old_images]
    if as_json:
        console.out(json.dumps(_record(folder, behind, found), indent=2), highlight=False)
        return bool(old)
    if console.is_terminal:
        console.print(_table(folder, found))
    else:
        _print_lines(console, found)
    for line in (*_unlisted(found, made), _verdict(folder, found, old)):
        console.print(line, highlight=False, markup=False)
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
    return from_root(path, root).as_posix()


def _data_free_start(behind: Sequence[Executed]) -> set[str]:
    """The model made elsewhere that this run goes on from, as dvc.lock names it, if its record
    says it is data-free.
    """
    start = read_params(PARAMS_FILE).get("start")
    if not start or not read_start(start).data_free:
        return set()
    read = {dep.path for stage in behind for dep in stage.deps}
    return {path for path in read if Path(path).resolve() == Path(start).resolve()}


def _check_bytes(folder: str, behind: Sequence[Executed], cache: Path) -> None:
    """The lock speaks of the model that it hashed, not of any other under that name."""
    file = Path(folder) / MODEL_FILE
    out = next(out for stage in behind for out in stage.outs if out.path == folder)
    listed = {entry.path: entry.md5 for entry in files_of(out, cache)}
    known = listed.get(file.as_posix())
    if not file.is_file():
        return
    if known is None or hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest() != known:
        raise ArtifactError(
            f"{file} is not the model that {LOCK} speaks of; run `dvc checkout {folder}` for that "
            "one, or `dvc repro`"
        )


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
    table = Table(title=escape(f"Read by the stages behind {folder}"), title_justify="left")
    for column in COLUMNS:
        table.add_column(column, overflow="fold", no_wrap=column == "md5")
    for reading in found:
        table.add_row(*map(escape, _cells(reading)))
    return table


def _print_lines(console: Console, found: Sequence[Reading]) -> None:
    """For other programs: one line each, tabs between."""
    for cells in (COLUMNS, *map(_cells, found)):
        print("\t".join(cells), file=console.file)  # the console would expand the tabs


def _cells(reading: Reading) -> tuple[str, str, str, str]:
    entry = reading.entry
    return reading.stage, entry.path, entry.md5, "YES" if reading.old_images else "no"


def _unlisted(found: Sequence[Reading], made: set[str]) -> list[str]:
    """What is known of each folder that neither the cache nor the workspace lists."""
    folders = {r.entry.path: r.entry for r in found if r.entry.is_folder}
    lines = []
    for path, entry in sorted(folders.items()):
        files = "its files" if entry.files is None else f"its {entry.files} files"
        cure = (
            f"`dvc fetch {path}` fetches the list from a remote"
            if path in made
            else "no stage made it, so DVC keeps no copy; as it was then, it would be listed"
        )
        lines.append(f"{path}: only the hash of the whole is known, {files} are not here; {cure}")
    return lines


def _verdict(folder: str, found: Sequence[Reading], old: Sequence[Reading]) -> str:
    folders = {reading.entry.path for reading in found if reading.entry.is_folder}
    told = f"{len({reading.entry.path for reading in found} - folders)} files"
    told += f" and {len(folders)} folders" if folders else ""
    if not old:
        return f"{told}; no learning stage behind {folder} read an image of an old task"
    read = sorted({f"{reading.stage} read {reading.entry.path}" for reading in old})
    return f"{told}; NOT data-free: {'; '.join(read)}"
