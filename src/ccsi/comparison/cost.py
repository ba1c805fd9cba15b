"""What learning took and what it had to keep, from the dvc.lock of a run and the log of stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ccsi.lineage.ancestry import stages_behind
from ccsi.lineage.holders import related
from ccsi.lineage.lock import Executed
from ccsi.pipeline.times import settings_digest

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


def learning_seconds(
    params: Mapping[str, Any],
    stages: Stages,
    recorded: Mapping[str, Mapping[str, Any]],
    seconds: Callable[[str, str], float | None],
) -> float | None:
    """What the learning stages took when they ran, also where this run took them from the cache.

    recorded: the parameters of each stage as dvc.lock has them. seconds: of a kind of stage with a
    digest of its settings, from the log of this machine. None where it lacks one of the stages.
    """
    total = 0.0
    for stage in learning_stages(params, stages):
        digest = settings_digest(recorded.get(stage.address, {}))
        taken = seconds(_kind(stage.address), digest)
        if taken is None:
            return None
        total += taken
    return total


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
