"""A run counts only where every stage ran with its parameters."""

from typing import Any

import pytest

from ccsi.commands.stages import StageResolver
from ccsi.comparison.run import flat, look_up, settings, stage_addresses, stale_stage
from ccsi.config.compose import compose_params
from tests.config.projects import REPOSITORY


def lock_of(params: dict[str, Any]) -> dict[str, Any]:
    lock: dict[str, Any] = {}
    for address in stage_addresses(params):
        deps = [{"path": "runtime.lock", "md5": "r"}]
        outs = [{"path": f"out/{address}", "md5": address}]
        recorded = {"seed": params["seed"], "loss": params["loss"]}
        lock[address] = {"params": {"params.yaml": recorded}, "deps": deps, "outs": outs}
    return lock


@pytest.mark.parametrize("method", ["ccsi", "lucir", "analytic-ensemble", "joint"])
def test_the_stages_are_those_that_dvc_unfolds(method: str) -> None:
    choices = [f"method={method}", "dataset=pathmnist", "audit.enabled=true"]
    params = compose_params(REPOSITORY / "conf", choices)
    unfolded = [stage.address for stage in StageResolver(REPOSITORY).stages(params)]
    assert sorted(stage_addresses(params)) == sorted(unfolded)


def test_a_stage_of_other_parameters_or_inputs_is_stale() -> None:
    params = compose_params(REPOSITORY / "conf", ["dataset.classes_per_task=5"])
    assert stale_stage(params, lock_of(params)) is None
    other = lock_of(params)
    other["update@t2"]["params"]["params.yaml"]["seed"] = 7
    assert stale_stage(params, other) == "update@t2"
    old = lock_of(params)
    old["evaluate@t2"]["deps"].append({"path": "out/update@t2", "md5": "of before"})
    assert stale_stage(params, old) == "evaluate@t2"
    missing = lock_of(params)
    del missing["summarize"]
    assert stale_stage(params, missing) == "summarize"


def test_settings_leave_out_the_seed_and_keep_the_rest() -> None:
    params = compose_params(REPOSITORY / "conf", ["seed=3"])
    told = settings(params)
    assert told == settings(compose_params(REPOSITORY / "conf", ["seed=4"]))
    assert told["loss.margin"] == 1.0
    assert look_up(params, "loss.margin") == 1.0


def test_flattening_keeps_lists_and_empty_mappings() -> None:
    assert flat({"a": {"b": [1], "c": {}}, "d": 1}) == {"a.b": [1], "a.c": {}, "d": 1}
