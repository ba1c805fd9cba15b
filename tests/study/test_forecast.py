"""What is shared is counted once; what ran before is not counted at all."""

from pathlib import Path
from typing import Any

import pytest

from ccsi.frame.times import LOG, log_seconds, settings_digest
from ccsi.study.forecast import ResolvedStage, Times, forecast, needed_for, stage_keys

STAGES = [
    ResolvedStage("train@t1", "train", ("seed",), ("code.py",), ("data/models/t1",)),
    ResolvedStage("update@t2", "update", ("loss",), ("data/models/t1",), ("data/models/t2",)),
    ResolvedStage("summarize", "sum", (), ("data/models",), ("out",)),
]


def keys(params: dict[str, Any], content: str = "c") -> dict[str, str]:
    return stage_keys(STAGES, params, lambda path: content)


def test_a_change_reaches_what_lies_below_it_alone() -> None:
    before = keys({"seed": 0, "loss": 1})
    loss = keys({"seed": 0, "loss": 2})
    assert [a for a in before if before[a] != loss[a]] == ["update@t2", "summarize"]
    seed = keys({"seed": 1, "loss": 1})
    assert [a for a in before if before[a] != seed[a]] == ["train@t1", "update@t2", "summarize"]
    code = keys({"seed": 0, "loss": 1}, content="d")
    assert all(before[a] != code[a] for a in before)


def test_a_check_that_always_writes_the_same_makes_nothing_run_again() -> None:
    """The layout's parameters hold every task's overrides."""
    layout = ResolvedStage("layout", "check", ("per_task",), (), ("data/laid_out",))
    prepare = ResolvedStage("prepare@t1", "prepare", (), ("data/laid_out",), ("data/tasks/t1",))
    one, other = (
        stage_keys([layout, prepare], {"per_task": value}, lambda path: "") for value in (1, 2)
    )
    assert one["layout"] != other["layout"]
    assert one["prepare@t1"] == other["prepare@t1"]


def test_a_stage_needs_what_it_follows_from_alone() -> None:
    assert needed_for(["update@t2"], STAGES) == STAGES[:2]
    assert needed_for(["train@t1"], STAGES) == STAGES[:1]
    assert needed_for(["summarize"], STAGES) == STAGES


def test_shared_and_finished_stages_are_not_run_again() -> None:
    runs = [(p, STAGES, keys(p)) for p in ({"seed": 0, "loss": 1}, {"seed": 0, "loss": 2})]
    times = Times(kind={"train": 10.0, "update": 4.0})
    found = forecast(runs, known=(), times=times)
    assert (found["train"].to_run, found["train"].shared, found["train"].seconds) == (1, 1, 10.0)
    assert (found["update"].to_run, found["update"].seconds) == (2, 8.0)
    assert (found["summarize"].to_run, found["summarize"].unknown) == (2, 2)
    again = forecast(runs, known=set(runs[0][2].values()), times=times)
    assert again["train"].to_run == 0
    assert again["update"].to_run == 1


def test_times_are_logged_in_the_project_that_was_called_and_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    for seed, seconds in ((0, 1.0), (1, 3.0)):
        log_seconds({"seed": seed, "loss": 1}, stage="update", task="t2", seconds=seconds)
    log_seconds({"seed": 0, "loss": 2}, stage="update", task="t2", seconds=100.0)
    times = Times.read(tmp_path / LOG)
    assert times.exact["update", settings_digest({"loss": 1})] == 2.0
    assert times.kind["update"] == 3.0
    update = ResolvedStage("update@t3", "", ("loss", "seed"), (), ())
    assert times.seconds(update, {"loss": 1, "seed": 7}) == 2.0
    assert times.seconds(update, {"loss": 9, "seed": 7}) == 3.0
    assert times.seconds(ResolvedStage("train@t1", "", (), (), ()), {}) is None
    assert Times.read(tmp_path / "none.csv") == Times()
