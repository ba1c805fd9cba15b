"""What a method that learns by statistics gathers and solves: records that DVC loops over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccsi.config.layout import Record, learned_later
from ccsi.config.paths import MEMBERS, MODELS, NOTHING, STATISTICS, TASKS


def lay_out_members(params: Mapping[str, Any]) -> Record:
    """`members`: every further network of the first task, m2 to m<statistics.members>.

    The first is data/models/t1. With `start` there are none: its statistics bring their own.
    """
    if params["method"]["learning"] != "statistics" or params["start"] is not None:
        return {}
    numbers = range(2, params["statistics"]["members"] + 1)
    return {f"m{number}": {"first": "t1", "data": f"{TASKS}/t1"} for number in numbers}


def lay_out_gatherings(params: Mapping[str, Any]) -> Record:
    """`gatherings`: every task whose statistics are added to those before it."""
    if params["method"]["learning"] != "statistics":
        return {}
    start, gatherings = params["start"], {}
    before = NOTHING if start is None else start
    members = MEMBERS if lay_out_members(params) else NOTHING
    for task in _gathered(params):
        gatherings[task] = {"backbone": _backbone(params), "members": members, "before": before}
        before, members = f"{STATISTICS}/{task}", NOTHING
    return gatherings


def lay_out_fits(params: Mapping[str, Any]) -> Record:
    """`fits`: every task after which a head is solved."""
    if params["method"]["learning"] != "statistics":
        return {}
    backbone = _backbone(params)
    return {
        task: {"backbone": backbone, "statistics": f"{STATISTICS}/{task}"}
        for task in _gathered(params)
    }


def _gathered(params: Mapping[str, Any]) -> list[str]:
    """The first task too, unless a start has brought its statistics."""
    later = learned_later(params)
    return later if params["start"] is not None else list(params["tasks"])


def _backbone(params: Mapping[str, Any]) -> str:
    """The network that the first task trained, and that nothing changes afterwards."""
    return f"{MODELS}/t1" if params["start"] is None else str(params["start"])
