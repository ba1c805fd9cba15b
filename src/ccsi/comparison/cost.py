"""What learning took and what it had to keep, from the dvc.lock of a run and the log of stages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ccsi.comparison.run import Run
from ccsi.frame.times import settings_digest
from ccsi.lineage.ancestry import stages_behind
from ccsi.lineage.holders import related
from ccsi.lineage.lock import Executed

PREPARING = ("layout", "fetch", "prepare")
"""Stages that read the data and learn nothing; alike for every method."""
KINDS = {"models": "model", "fitted": "model", "tasks": "images"}
"""What a folder of data/ holds, where its name does not say it."""

Stages = Mapping[str, Executed]


def learning_stages(params: Mapping[str, Any], stages: Stages) -> list[Executed]:
    """The stages behind the models of all tasks, but those that only prepare the data."""
    own = _of_these_tasks(params, stages)
    found: dict[str, Executed] = {}
    for task in params["tasks"].values():
        if any(task["model"] == out.path for stage in own.values() for out in stage.outs):
            found |= {s.address: s for s in stages_behind(task["model"], own)}
    return [stage for stage in found.values() if _kind(stage.address) not in PREPARING]


def timed_as(
    params: Mapping[str, Any], stages: Stages, recorded: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """Kind and digest of the settings of each learning stage, as the log of stages has them.

    recorded: the parameters of each stage as dvc.lock has them.
    """
    return [
        (_kind(stage.address), settings_digest(recorded.get(stage.address, {})))
        for stage in learning_stages(params, stages)
    ]


def total_seconds(
    timed: Iterable[tuple[str, str]], seconds: Callable[[str, str], float | None]
) -> float | None:
    """What these stages took when they ran, also where a run took them from the cache.

    seconds: of a kind with a digest of its settings, from the log of this machine. None where it
    lacks one.
    """
    found = [seconds(kind, settings) for kind, settings in timed]
    known = [taken for taken in found if taken is not None]
    return sum(known) if len(known) == len(found) else None


def with_own_times(runs: Sequence[Run]) -> tuple[list[Run], list[str]]:
    """Runs without seconds where the log mixes them with those on other images, and a note.

    The log knows a stage by its settings, and those of training are the same on every data set.
    """
    images: dict[str, set[tuple[tuple[str, str], ...]]] = {}
    for run in runs:
        for key in run.timed:
            images.setdefault(key, set()).add(tuple(sorted(run.data.items())))
    mixed = {key for key, found in images.items() if len(found) > 1}
    if not any(run.timed & mixed for run in runs):
        return list(runs), []
    note = (
        "minutes are unknown where the same settings ran on several data sets or splits: "
        "the log of stages cannot tell them apart"
    )
    return [replace(run, seconds=None) if run.timed & mixed else run for run in runs], [note]


def kept_bytes(params: Mapping[str, Any], stages: Stages) -> dict[str, int]:
    """Bytes that had to lie there, by what they are, when the last task's images arrived.

    That is what the last task's learning read of earlier stages, and what the synthesis before it
    read: the model, and impressions and means, exemplars, statistics or, for joint, all old images.
    Empty for a run of one task.
    """
    tasks = list(params["tasks"])
    if len(tasks) < 2:
        return {}
    own = _of_these_tasks(params, stages)
    behind = {s.address: s for s in stages_behind(params["tasks"][tasks[-1]]["model"], own)}
    arrived = _reached_from(f"prepare@{tasks[-1]}", behind)
    readers = [behind[a] for a in arrived if _kind(a) not in PREPARING]
    read = {dep.path for stage in readers for dep in stage.deps}
    synthesis = [s for s in behind.values() if _kind(s.address) == "synthesize" and _makes(s, read)]
    read |= {dep.path for stage in synthesis for dep in stage.deps}
    found: dict[str, int] = {}
    for stage in behind.values():
        if stage.address in arrived:
            continue
        for out in stage.outs:
            part = out.path.split("/")
            if (
                part[0] == "data"
                and len(part) > 2
                and any(related(path, out.path) for path in read)
            ):
                kind = KINDS.get(part[1], part[1])
                found[kind] = found.get(kind, 0) + (out.size or 0)
    return found


def _of_these_tasks(params: Mapping[str, Any], stages: Stages) -> dict[str, Executed]:
    """Without what a run with more tasks left in dvc.lock."""
    tasks = ("", *params["tasks"])
    return {address: stage for address, stage in stages.items() if stage.task in tasks}


def _reached_from(address: str, stages: Stages) -> set[str]:
    """A stage and every stage that followed from it."""
    found = {address} & set(stages)
    while True:
        outs = [out.path for a in found for out in stages[a].outs]
        more = {
            a
            for a, stage in stages.items()
            if any(related(dep.path, out) for dep in stage.deps for out in outs)
        }
        if more <= found:
            return found
        found |= more


def _makes(stage: Executed, read: set[str]) -> bool:
    return any(related(path, out.path) for path in read for out in stage.outs)


def _kind(address: str) -> str:
    return address.partition("@")[0]
