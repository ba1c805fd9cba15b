"""Objects of DVC's cache: which of them hold a task's images, and who else uses the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ccsi.lineage.holders import may_hold_images
from ccsi.lineage.lock import Entry, Executed

IMAGES = "images.npy"  # how the names of arrays of images end


@dataclass(frozen=True)
class Objects:
    """md5 -> the paths it stood for. `owned`: this task's alone; `shared`: images that something
    else of the project has too, byte for byte.
    """

    owned: Mapping[str, str]
    shared: Mapping[str, str]


def object_path(cache: Path, md5: str) -> Path:
    """Where the object lies in the cache (its folder files/md5)."""
    return cache / md5[:2] / md5[2:]


def members(cache: Path, entry: Entry) -> dict[str, str]:
    """md5 -> path of an entry and, for a folder whose listing is there, of each file in it."""
    found = {entry.md5: entry.path} if entry.md5 else {}
    if entry.is_folder:
        listed = listing(cache, entry.md5)
        found |= {md5: f"{entry.path}/{name}" for name, md5 in listed.items()}
    return found


def listing(cache: Path, md5: str) -> dict[str, str]:
    """name -> md5 of the files of a cached folder; nothing where its listing is not there."""
    try:
        rows = json.loads(object_path(cache, md5).read_text())
        return {str(row["relpath"]): str(row["md5"]) for row in rows}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # gone already, or never cached


def image_outs(task: str, raw: str, history: Iterable[Executed]) -> set[str]:
    """Hashes of all outputs, of any time, that hold images of the task that arrived in `raw`.

    Another data set's task of the same name is told apart by what its preparation read.
    """
    runs = list(history)
    found: set[str] = set()
    for run in runs:
        if run.address == f"prepare@{task}" and any(dep.path == raw for dep in run.deps):
            found |= {out.md5 for out in run.outs} | {
                dep.md5 for dep in run.deps if dep.path == raw
            }
    if found:  # what shows images shows those of several tasks, and can be made again
        shown = (out for run in runs for out in run.outs if out.path.startswith("reports/"))
        found |= {out.md5 for out in shown if may_hold_images(out.path)}
    found.discard("")
    grown = bool(found)
    while grown:
        new = {
            out.md5
            for run in runs
            if any(dep.md5 in found for dep in run.deps)
            for out in run.outs
            if out.md5 and may_hold_images(out.path)
        } - found
        found, grown = found | new, bool(new)
    return found


def image_objects(
    outs: set[str], history: Iterable[Executed], cache: Path, *, before: Mapping[str, str]
) -> Objects:
    """The objects of these outputs, and of `before`, by whether anything else refers to them.

    A file beside the images (labels, a record) that something else has as well stays unlisted.
    """
    own = dict(before)
    others: dict[str, str] = {}
    for run in history:
        for entry in (*run.deps, *run.outs):
            if entry.md5 in outs:
                own |= members(cache, entry)
        for entry in run.outs:
            if entry.md5 not in outs:
                others |= members(cache, entry)
    both = own.keys() & others.keys()
    return Objects(
        {md5: path for md5, path in own.items() if md5 not in both},
        {md5: others[md5] for md5 in both if own[md5].endswith(IMAGES)},
    )
