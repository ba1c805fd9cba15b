"""The places that still hold a task's images, and which of them can be emptied from here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from ccsi.commands.place import Place, copy_at, folder_at, forget, inside, relative, unlink
from ccsi.commands.storage import (
    Storage,
    blob,
    committed_below,
    in_git,
    kept_by_git,
    recorded_in_git,
)
from ccsi.frame.errors import ArtifactError
from ccsi.lineage.content import (
    Fingerprints,
    file_digest,
    files_below,
    find_copies,
)
from ccsi.lineage.holders import TASKS, TEST, image_holders
from ccsi.lineage.lock import LOCK, Executed, read_lock, read_runs
from ccsi.lineage.objects import IMAGES, Objects, image_objects, image_outs, object_path

EXPERIMENTS = Path(".dvc/tmp/exps")
SCRATCH = Path(".ccsi")
# Where a stage that was killed, or a search, leaves pages and pictures of any task's images.
SHOWING = ("staging/summarize", "staging/audit@*", "staging/evaluate@*", "search/*/reports")
GIT = "git history"
SEARCHED = ("data", "reports", ".ccsi", ".dvc/tmp")
CACHE = ".dvc/cache"  # where DVC keeps it if nothing else is configured, or kept it before


def fingerprints(task: str, raw: Path, storage: Storage, objects: Objects) -> Fingerprints:
    """Of all images of the task that are at hand: source files and prepared arrays."""
    known = Fingerprints()
    prepared = (path for folder in (TASKS, TEST) for path in files_below(Path(folder) / task))
    cached = [
        object_path(storage.cache, md5)
        for md5, name in objects.owned.items()
        if name.endswith(IMAGES) and name.startswith((f"{TASKS}/", f"{TEST}/"))
    ]
    arrays = [path for path in (*prepared, *cached) if path.is_file()]
    for path in (*files_below(raw), *(p for p in arrays if not p.name.endswith("labels.npy"))):
        if path.suffix.lower() not in (".json", ".csv", ".txt"):
            known.add(path)
    return known


def history_of(storage: Storage) -> list[Executed]:
    """Every run of a stage that dvc.lock, git or the run cache knows."""
    current = list(read_lock(Path(LOCK)).values()) if Path(LOCK).is_file() else []
    return [*current, *recorded_in_git(), *(run for _, run in read_runs(storage.runs))]


def find_places(
    task: str, raw: Path, storage: Storage, objects: Objects, outs: set[str], known: Fingerprints
) -> list[Place]:
    """All places, those named by the pipeline first, then copies found by their content."""
    current = read_lock(Path(LOCK)) if Path(LOCK).is_file() else {}
    places = [*_folders(task, raw, current), *_cached(storage, objects, outs)]
    places += _remote(storage, objects)
    listed = [Path(place.where) for place in places]
    folders = _searched(storage)
    places += _out_of_reach(storage, folders)
    files = (path for folder in folders for path in files_below(folder))
    others = (path for path in files if not any(inside(path, place) for place in listed))
    for path in find_copies(known, others):
        places.append(copy_at(path, objects, storage))
    present = [*files_below(raw), *_arrays(task)]
    committed = {str(path): blob(path) for path in kept_by_git(present)} | committed_below(raw)
    if committed:
        places.append(
            Place(
                GIT,
                f"{next(iter(committed))} and others: {len(committed)} files",
                " ".join(committed.values()),
                None,
                "a commit holds them; rewrite the history (git filter-repo) in every clone",
            )
        )
    return places


def still_there(left: Iterable[Mapping[str, str]]) -> Iterator[Place]:
    """What a purge before could not empty: the images to find it by are gone, its bytes are not."""
    for row in left:
        digest, path = row["hash"], Path(row["where"])
        kept = (
            in_git(digest.split())
            if row["kind"] == GIT
            else (path.is_file() and file_digest(path).hex() == digest)
        )
        if kept:
            yield Place(row["kind"], row["where"], digest, None, row["why"])


def _folders(task: str, raw: Path, current: Mapping[str, Executed]) -> Iterator[Place]:
    if raw.exists() or raw.is_symlink():
        yield folder_at("raw folder", raw)
    for name in image_holders(task, current.values()):
        kind = (
            "prepared arrays" if name in (f"{TASKS}/{task}", f"{TEST}/{task}") else "made of them"
        )
        if Path(name).exists():
            yield folder_at(kind, Path(name))
    for path in sorted(
        {
            *SCRATCH.glob(f"staging/*@{task}"),
            *(path for name in SHOWING for path in SCRATCH.glob(name)),
            *SCRATCH.glob(f"checkpoints/*/*/{task}"),
        }
    ):
        yield folder_at("checkpoint" if "checkpoints" in path.parts else "unfinished stage", path)
    for project in sorted({path.parent for path in EXPERIMENTS.glob("**/dvc.yaml")}):
        names = [*image_holders(task, current.values()), *([] if raw.is_absolute() else [str(raw)])]
        for path in (project / name for name in names):
            if path.exists():
                yield folder_at("experiment workspace", path)


def _cached(storage: Storage, objects: Objects, outs: set[str]) -> Iterator[Place]:
    for md5, name in sorted(objects.owned.items(), key=lambda item: item[1]):
        path = object_path(storage.cache, md5)
        if path.is_file():
            yield Place(f"cache: {name}", relative(path), md5, partial(unlink, path))
    for md5, other in sorted(objects.shared.items()):
        path = object_path(storage.cache, md5)
        if path.is_file():
            told = f"the same bytes are {other}, which is not this task's"
            yield Place("cache", relative(path), md5, None, told)
    for path, run in read_runs(storage.runs):
        if any(out.md5 in outs for out in run.outs):
            yield Place("run cache", relative(path), path.name, partial(forget, path))


def _searched(storage: Storage) -> list[Path]:
    """The folders that are searched by content, wherever the cache lies."""
    caches = {Path(relative(Path(name))) for name in (CACHE, storage.home)}
    return [*map(Path, SEARCHED), *sorted(caches)]


def _out_of_reach(storage: Storage, folders: Iterable[Path]) -> Iterator[Place]:
    obstacle = storage.out_of_reach()
    if obstacle:
        yield Place("cache", str(storage.home), "", None, obstacle)
    refused: list[OSError] = []
    for folder in folders:
        for _ in os.walk(folder, onerror=refused.append):
            pass
    for error in refused:
        if not isinstance(error, FileNotFoundError):  # one that is not there holds nothing
            yield Place("unreadable", str(error.filename), "", None, str(error.strerror))


def _remote(storage: Storage, objects: Objects) -> Iterator[Place]:
    for name in storage.remotes():
        try:
            held = storage.held_by(name, list(objects.owned))
        except ArtifactError as error:
            yield Place(f"remote {name}", name, "", None, f"cannot be listed: {error}")
            continue
        for md5 in held:
            where = f"{name}: {objects.owned[md5]}"
            yield Place(
                f"remote {name}",
                where,
                md5,
                partial(storage.delete_from, name, md5),
            )


def _arrays(task: str) -> Iterable[Path]:
    folders = (Path(TASKS) / task, Path(TEST) / task)
    return [p for folder in folders for p in files_below(folder) if p.name.endswith(IMAGES)]


def task_objects(
    task: str, raw: str, storage: Storage, history: list[Executed], before: Mapping[str, str]
) -> tuple[set[str], Objects]:
    """Hashes of the outputs that hold the images, and their objects.

    before: objects that a purge before knew; the cache has no listing of their folders any more.
    """
    outs = image_outs(task, raw, history)
    return outs, image_objects(outs, history, storage.cache, before=before)
