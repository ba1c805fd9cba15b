"""Which stages a study will run, which it shares or has already, and about how long that takes."""

from __future__ import annotations

import hashlib
import json
import statistics
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ccsi.comparison.run import look_up
from ccsi.frame.artifacts import load_table
from ccsi.frame.times import settings_digest

Params = Mapping[str, Any]
ALWAYS_THE_SAME = "data/laid_out"
"""An out whose bytes never change: what depends on it never runs again for it."""


@dataclass(frozen=True)
class ResolvedStage:
    """One stage of dvc.yaml with its names filled in."""

    address: str
    command: str
    params: tuple[str, ...]
    deps: tuple[str, ...]
    outs: tuple[str, ...]


@dataclass
class KindForecast:
    """All stages of one kind: how many will run, how many are there already, seconds of the first.

    unknown: how many of those to run have no earlier time of their kind.
    """

    to_run: int = 0
    shared: int = 0
    seconds: float = 0.0
    unknown: int = 0


@dataclass(frozen=True)
class Times:
    """Seconds of earlier stages, most telling first: same settings, else same kind."""

    exact: Mapping[tuple[str, str], float] = field(default_factory=dict)
    kind: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Times:
        """From the log that stages write; empty where there is none."""
        rows = load_table(path) if path.exists() else []
        exact: dict[tuple[str, str], list[float]] = {}
        kind: dict[str, list[float]] = {}
        for row in rows:
            seconds = float(row["seconds"])
            exact.setdefault((row["stage"], row["settings"]), []).append(seconds)
            kind.setdefault(row["stage"], []).append(seconds)
        return cls(
            {key: statistics.median(found) for key, found in exact.items()},
            {key: statistics.median(found) for key, found in kind.items()},
        )

    def of_settings(self, kind: str, settings: str) -> float | None:
        """Of a kind of stage with this digest of its settings; None where none ran here."""
        return self.exact.get((kind, settings))

    def seconds(self, stage: ResolvedStage, params: Params) -> float | None:
        """About how long a stage will take; None where none of its kind ever ran."""
        name = stage.address.partition("@")[0]
        settings = settings_digest({key: look_up(params, key) for key in stage.params})
        return self.exact.get((name, settings), self.kind.get(name))


def stage_keys(
    stages: Iterable[ResolvedStage], params: Params, content: Callable[[str], str]
) -> dict[str, str]:
    """What each stage's result follows from, as a digest by address: equal digests, equal results.

    content: an identity of the content of a path that no stage makes.
    """
    by_address = {stage.address: stage for stage in stages}
    made = _makers_by_out(by_address.values())
    keys: dict[str, str] = {}

    def key_of(address: str) -> str:
        if address not in keys:
            stage = by_address[address]
            told = [stage.command, {k: str(look_up(params, k)) for k in stage.params}]
            deps = {
                dep: [key_of(a) for a in _makers(dep, made)] or content(dep) for dep in stage.deps
            }
            text = json.dumps([*told, deps, sorted(stage.outs)], sort_keys=True)
            keys[address] = hashlib.sha256(text.encode()).hexdigest()
        return keys[address]

    for address in by_address:
        key_of(address)
    return keys


def needed_for(addresses: Iterable[str], stages: Sequence[ResolvedStage]) -> list[ResolvedStage]:
    """These stages and all that they follow from, in the order of `stages`."""
    by_address = {stage.address: stage for stage in stages}
    made = _makers_by_out(stages)
    left, needed = list(addresses), set[str]()
    while left:
        address = left.pop()
        if address not in needed:
            needed.add(address)
            left += [a for dep in by_address[address].deps for a in _makers(dep, made)]
    return [stage for stage in stages if stage.address in needed]


def forecast(
    runs: Sequence[tuple[Params, Sequence[ResolvedStage], Mapping[str, str]]],
    *,
    known: Collection[str],
    times: Times,
) -> dict[str, KindForecast]:
    """By kind of stage, over all runs; each run: its parameters, stages and their keys.

    known: keys of stages that ran before.
    """
    seen = set(known)
    kinds: dict[str, KindForecast] = {}
    for params, stages, keys in runs:
        for stage in stages:
            told = kinds.setdefault(stage.address.partition("@")[0], KindForecast())
            if keys[stage.address] in seen:
                told.shared += 1
                continue
            seen.add(keys[stage.address])
            told.to_run += 1
            seconds = times.seconds(stage, params)
            told.seconds += seconds or 0.0
            told.unknown += seconds is None
    return kinds


def _makers_by_out(stages: Iterable[ResolvedStage]) -> dict[str, str]:
    return {out: s.address for s in stages for out in s.outs if out != ALWAYS_THE_SAME}


def _makers(dep: str, made: Mapping[str, str]) -> list[str]:
    """The stages that make a path, what lies below it, or what holds it."""
    return sorted(
        {
            address
            for out, address in made.items()
            if out == dep or out.startswith(f"{dep}/") or dep.startswith(f"{out}/")
        }
    )
