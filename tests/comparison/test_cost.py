"""What learning took and kept, from made-up records of stages."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from ccsi.comparison.cost import (
    kept_bytes,
    learning_stages,
    timed_as,
    total_seconds,
    with_own_times,
)
from ccsi.comparison.run import Run
from ccsi.frame.times import settings_digest
from ccsi.lineage.lock import Entry, Executed
from tests.comparison.runs import make_run

TASKS = ("t1", "t2", "t3")


def stage(address: str, deps: list[str], **outs: int) -> Executed:
    """A stage; outs: bytes by kind of folder, each the folder of the stage's own task."""
    task = address.partition("@")[2]
    written = tuple(Entry(f"data/{kind}/{task}", "md5", size) for kind, size in outs.items())
    return Executed(address, "python", tuple(Entry(dep, "md5", 1) for dep in deps), written)


def prepared() -> list[Executed]:
    return [stage(f"prepare@{t}", ["data/none"], tasks=1000, test=500) for t in TASKS]


def with_impressions() -> dict[str, Executed]:
    stages = [*prepared(), stage("train@t1", ["data/tasks/t1"], models=10)]
    for number, task in enumerate(TASKS):
        before = [f"data/means/{TASKS[number - 1]}"] if number else []
        stages.append(stage(f"means@{task}", [f"data/tasks/{task}", *before], means=number + 1))
    for old, new in pairwise(TASKS):
        read = [f"data/models/{old}", f"data/means/{old}"]
        stages.append(stage(f"synthesize@{old}", read, impressions=100))
        read = [f"data/tasks/{new}", f"data/models/{old}", f"data/impressions/{old}"]
        stages.append(stage(f"update@{new}", read, models=10))
    return {s.address: s for s in stages}


def with_statistics() -> dict[str, Executed]:
    stages = [*prepared(), stage("train@t1", ["data/tasks/t1"], models=10)]
    for number, task in enumerate(TASKS):
        before = [f"data/statistics/{TASKS[number - 1]}"] if number else []
        read = [f"data/tasks/{task}", "data/models/t1", *before]
        stages.append(stage(f"gather@{task}", read, statistics=70))
        read = [f"data/statistics/{task}", "data/models/t1"]
        stages.append(stage(f"fit@{task}", read, fitted=20))
    return {s.address: s for s in stages}


def jointly() -> dict[str, Executed]:
    stages = [*prepared(), stage("train@t1", ["data/tasks/t1"], models=10)]
    stages += [stage("update@t2", ["data/tasks/t1", "data/tasks/t2"], models=10)]
    stages += [stage("update@t3", ["data/tasks"], models=10)]
    return {s.address: s for s in stages}


def params(folder: str = "models") -> dict[str, Any]:
    return {"tasks": {task: {"model": f"data/{folder}/{task}"} for task in TASKS}}


def test_what_is_kept_is_what_the_last_task_finds_of_earlier_ones() -> None:
    kept = kept_bytes(params(), with_impressions())
    assert kept == {"model": 10, "means": 2, "impressions": 100}
    kept = kept_bytes(params("fitted"), with_statistics())
    assert kept == {"model": 10, "statistics": 70}
    assert kept_bytes(params(), jointly()) == {"images": 2 * 1000}


def test_one_task_keeps_nothing() -> None:
    alone = {"tasks": {"t1": {"model": "data/models/t1"}}}
    assert kept_bytes(alone, with_impressions()) == {}


def test_learning_is_what_stands_behind_the_models() -> None:
    found = {s.address for s in learning_stages(params(), with_impressions())}
    assert found == {"train@t1", "means@t1", "means@t2", "synthesize@t1", "synthesize@t2",
                     "update@t2", "update@t3"}  # fmt: skip
    found = {s.address for s in learning_stages(params("fitted"), with_statistics())}
    assert found == {"train@t1", *(f"{kind}@{t}" for kind in ("gather", "fit") for t in TASKS)}
    # Fresh networks: the one of each task counts, though the last needs none of the others.
    found = {s.address for s in learning_stages(params(), jointly())}
    assert found == {"train@t1", "update@t2", "update@t3"}


def test_what_a_run_with_more_tasks_left_behind_is_not_counted() -> None:
    left = {**jointly(), "prepare@t9": stage("prepare@t9", [], tasks=10**6)}
    assert kept_bytes(params(), left) == {"images": 2 * 1000}


def test_seconds_add_up_or_are_unknown() -> None:
    recorded = {address: {"of": address} for address in jointly()}
    log = {("update", settings_digest({"of": f"update@{t}"})): s for t, s in (("t2", 2), ("t3", 3))}
    log["train", settings_digest({"of": "train@t1"})] = 10

    def seconds(kind: str, settings: str) -> float | None:
        return log.get((kind, settings))

    timed = timed_as(params(), jointly(), recorded)
    assert total_seconds(timed, seconds) == pytest.approx(15)
    del log["train", settings_digest({"of": "train@t1"})]
    assert total_seconds(timed, seconds) is None


def test_times_of_the_same_settings_on_other_images_are_not_taken_for_ones_own() -> None:
    def run(timed: str, images: str) -> Run:
        made = make_run(["method=finetune"], seconds=60.0, data={"data/tasks/t1": images})
        return replace(made, timed=frozenset({timed}))

    found, notes = with_own_times([run("train a", "x"), run("train a", "y"), run("train b", "x")])
    assert [one.seconds for one in found] == [None, None, 60.0]
    assert len(notes) == 1
    found, notes = with_own_times([run("train a", "x"), run("train a", "x")])
    assert [one.seconds for one in found] == [60.0, 60.0]
    assert notes == []
