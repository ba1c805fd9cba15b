"""Runs made up for the tests: real parameters, invented results."""

from __future__ import annotations

import copy
import functools
from collections.abc import Sequence
from typing import Any

from ccsi.comparison.run import Run
from ccsi.config.compose import compose_params
from tests.config.projects import REPOSITORY

ACCURACY = 0.9


def make_run(
    overrides: Sequence[str],
    *,
    accuracy: float = ACCURACY,
    name: str | None = None,
    code: dict[str, str] | None = None,
    data: dict[str, str] | None = None,
    kept: dict[str, int] | None = None,
    seconds: float | None = None,
    machines: tuple[str, ...] = (),
) -> Run:
    """A run of conf/ with these overrides; t tasks lose 0.1 each on the way to `accuracy`."""
    params = copy.deepcopy(_composed(tuple(overrides)))
    tasks = list(params["tasks"])
    after = {task: accuracy for task in sorted(tasks)}  # as JSON keeps them
    metrics: dict[str, Any] = {
        "accuracy": accuracy, "balanced_accuracy": accuracy, "forgetting": 0.1,
        "average_incremental_accuracy": accuracy, "backward_transfer": -0.1, "auc": 0.9,
        "ece": 0.05, "accuracy_after": after, "accuracy_per_task": after,
        "selection": "last", "n_test": 100, "tasks": tasks,
        "split": params["evaluate"]["split"], "data_free": params["method"]["name"] != "joint",
    }  # fmt: skip
    return Run(
        name=name or "-".join(overrides),
        params=params,
        metrics=metrics,
        learned={task: accuracy - 0.1 for task in tasks},
        code={"stages/train.py": "a" * 40} if code is None else code,
        data={"data/tasks/t1": "d1"} if data is None else data,
        kept=kept or {},
        seconds=seconds,
        commit="0123abc",
        machines=machines,
    )


def seeds(
    *overrides: str,
    accuracies: Sequence[float],
    kept: dict[str, int] | None = None,
    seconds: float | None = None,
) -> list[Run]:
    """The same run with seeds 0, 1, ..."""
    return [
        make_run([*overrides, f"seed={seed}"], accuracy=value, kept=kept, seconds=seconds)
        for seed, value in enumerate(accuracies)
    ]


@functools.cache
def _composed(overrides: tuple[str, ...]) -> dict[str, Any]:
    return compose_params(REPOSITORY / "conf", overrides)
