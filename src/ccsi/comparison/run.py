"""One finished run, as a comparison sees it, and whether it is one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ccsi.config.overrides import MISSING, override_key
from ccsi.config.sections import EDITABLE
from ccsi.frame.errors import ParameterError

WITHOUT_EFFECT = ("seed", "evaluate.batch", "synthesis.devices")
"""Keys that two runs may differ in and still be averaged, for every task and for one."""


@dataclass(frozen=True)
class Audit:
    """record: audit.json; within: the rows of forgetting.csv."""

    record: Mapping[str, Any]
    within: Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Run:
    """code: git's id of every file and folder that its stages read; learned: a_{t,t} by task."""

    name: str
    params: Mapping[str, Any]
    metrics: Mapping[str, Any]
    learned: Mapping[str, float]
    code: Mapping[str, str]
    data: Mapping[str, str]
    """Digest of the images of each task."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Digest of each file and folder, not code, that was there before any stage ran."""
    kept: Mapping[str, int] = field(default_factory=dict)
    """Bytes that lay there, by what they are, when the last task's images arrived."""
    seconds: float | None = None
    """What its learning stages took on this machine, None where that is not known."""
    timed: frozenset[str] = frozenset()
    """What the log of stages knows these by: their kind and settings, not their data."""
    commit: str = ""
    """The commit that it was started from."""
    machines: tuple[str, ...] = ()
    """Vendor, vector unit and type of each processor that made a model of it, where known."""
    audit: Audit | None = None
    """What its audit found, None where none was made or its files are gone."""

    @property
    def dataset(self) -> str:
        """Name of the data set."""
        return str(self.params["dataset"]["name"])

    @property
    def method(self) -> str:
        """The file of conf/method that was chosen; by name where it was not typed."""
        typed = [o for o in self.params.get("overrides") or [] if override_key(o) == "method"]
        named = str(self.params["method"]["name"]).replace("_", "-")
        return typed[-1].partition("=")[2] if typed else named

    @property
    def seed(self) -> int:
        """Seed of everything random but the split."""
        return int(self.params["seed"])


def settings(params: Mapping[str, Any]) -> dict[str, Any]:
    """Every editable value that a result depends on, but the seed, by dotted key."""
    chosen = {key: params[key] for key in EDITABLE if key in params}
    for key in ("audit", "report"):  # they read everything and change nothing
        chosen.pop(key, None)
    return {
        key: value
        for key, value in flat(chosen).items()
        if re.sub(r"^per_task\.[^.]+\.", "", key) not in WITHOUT_EFFECT
    }


def flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The leaves of nested mappings by dotted key; lists and empty mappings are leaves."""
    leaves: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            leaves |= flat(value, f"{prefix}{key}.")
        else:
            leaves[f"{prefix}{key}"] = value
    return leaves


def stage_addresses(params: Mapping[str, Any]) -> list[str]:
    """The stages that dvc.yaml unfolds for these parameters."""
    sections = {
        "fetch": "downloads", "prepare": "tasks", "means": "tasks", "train": "first",
        "update": "increments", "synthesize": "rehearsals", "exemplars": "herdings",
        "member": "members", "gather": "gatherings", "fit": "fits", "calibrate": "calibrations",
        "evaluate": "tasks", "judge": "audits", "audit": "audits",
    }  # fmt: skip
    unfolded = [
        f"{stage}@{key}" for stage, name in sections.items() for key in params.get(name, ())
    ]
    return ["layout", *unfolded, "summarize"]


def stale_stage(params: Mapping[str, Any], lock: Mapping[str, Any]) -> str | None:
    """The first stage that did not run with these parameters, or not on what is there now.

    params: params.yaml; lock: the stages of dvc.lock beside it. A run of some targets alone leaves
    reports/metrics.json of an earlier run behind, which is no result of its own.
    """
    addresses = stage_addresses(params)
    made = {
        out["path"]: out.get("md5")
        for address in addresses
        for out in lock.get(address, {}).get("outs", [])
    }
    for address in addresses:
        entry = lock.get(address)
        if entry is None:
            return address
        recorded = entry.get("params", {}).get("params.yaml", {})
        if any(look_up(params, key) != value for key, value in recorded.items()):
            return address
        if any(made.get(dep["path"], dep.get("md5")) != dep.get("md5") for dep in entry["deps"]):
            return address
    return None


def look_up(params: Mapping[str, Any], key: str) -> Any:
    """The value at a dotted key, or MISSING."""
    at: Any = params
    for part in key.split("."):
        if not isinstance(at, Mapping) or part not in at:
            return MISSING
        at = at[part]
    return at


def require_runs(runs: list[Run], *, left_out: Mapping[str, str]) -> None:
    """Raises ParameterError where there is nothing to compare."""
    if not runs:
        why = "; ".join(f"{name}: {reason}" for name, reason in list(left_out.items())[:3])
        raise ParameterError(
            "no finished experiments to compare"
            + (f" ({why})" if why else "")
            + "; run some, for instance: ccsi study studies/digits.yaml"
        )
