"""A study's file: a YAML list of overrides, expanded to runs that are all checked beforehand."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, ValueType
from hydra.errors import HydraException

from ccsi.config.compose import compose_params
from ccsi.config.overrides import override_key
from ccsi.config.text_files import read_yaml
from ccsi.frame.errors import CcsiError, ParameterError

NOT_OF_THE_RUN = ("overrides", "digest", "report", "layout")
"""layout: a digest of other keys. What is drawn beside a run (report) changes no number of it."""

READ_BY = {
    "update": "increments",
    "synthesis": "rehearsals",
    "exemplars": "herdings",
    "statistics": "gatherings",
    "fit": "fits",
    "audit": "audits",
}
"""Sections that one kind of stage alone reads; in a run that has none of it they change nothing."""


@dataclass(frozen=True)
class PlannedRun:
    """params: what params.yaml will hold."""

    name: str
    overrides: tuple[str, ...]
    params: Mapping[str, Any]


def plan(file: Path, conf: Path) -> list[PlannedRun]:
    """Every run of a study, composed and checked; runs that come out the same stand once.

    Raises ParameterError naming the file and the overrides, before anything has run.
    """
    expanded = [overrides for grid in read_grids(file) for overrides in expand(grid, file)]
    runs: dict[str, PlannedRun] = {}
    for name, overrides in zip(names_of(file.stem, expanded), expanded, strict=True):
        try:
            params = compose_params(conf, overrides)
        except CcsiError as error:
            raise ParameterError(f"{file}: {' '.join(overrides)}: {error}") from error
        runs.setdefault(identity(params), PlannedRun(name, tuple(overrides), params))
    return list(runs.values())


def read_grids(file: Path) -> list[list[str]]:
    """The grids of a study's file: a list of overrides, or a list of such lists.

    Each override is written as after -S; `key=a,b` and `key=range(0,3)` vary it. Raises
    ParameterError.
    """
    entries = read_yaml(file)
    if isinstance(entries, list) and entries and all(isinstance(e, str) for e in entries):
        return [entries]
    lists = isinstance(entries, list) and entries
    if lists and all(isinstance(e, list) and all(isinstance(o, str) for o in e) for e in entries):
        return list(entries)
    raise ParameterError(
        f"{file}: must be a list of overrides, as ['method=ccsi,joint', 'seed=range(0,3)'], or a "
        "list of such lists"
    )


def expand(grid: Sequence[str], file: Path) -> list[list[str]]:
    """Every combination of a grid's values, the last key varying fastest.

    Raises ParameterError where Hydra's grammar does not know an override.
    """
    try:
        parsed = OverridesParser.create().parse_overrides(list(grid))
    except HydraException as error:
        raise ParameterError(f"{file}: {error}") from error
    twice = [o.key_or_group for o in parsed]
    for key in twice:
        if twice.count(key) > 1:
            raise ParameterError(f"{file}: {key} stands twice in one list; write {key}=a,b")
    return [list(one) for one in itertools.product(*(_values(o, file) for o in parsed))]


def names_of(stem: str, expanded: Sequence[Sequence[str]]) -> list[str]:
    """A name for each run: the study's, then the values that vary between its runs."""
    values = [{override_key(o): _after(o) for o in overrides} for overrides in expanded]
    keys = list(dict.fromkeys(key for told in values for key in told))
    varying = [key for key in keys if len({told.get(key) for told in values}) > 1]
    names: list[str] = []
    for told in values:
        parts = [_part(key, told[key]) for key in varying if key in told]
        name = re.sub(r"[^A-Za-z0-9.=+_-]+", "-", "-".join([stem, *parts])).strip("-.")
        names.append(name if name not in names else f"{name}-{len(names) + 1}")
    return names


def identity(params: Mapping[str, Any]) -> str:
    """Digest of everything a run's results follow from but code and data files."""
    unread = {section for section, stages in READ_BY.items() if not params.get(stages, True)}
    kept = {k: v for k, v in params.items() if k not in (*NOT_OF_THE_RUN, *unread)}
    if "summary" in kept:
        kept["summary"] = {k: v for k, v in kept["summary"].items() if k != "bounds"}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _values(override: Override, file: Path) -> list[str]:
    typed = override.input_line or override.key_or_group
    if not override.is_sweep_override():
        return [typed]
    if override.value_type == ValueType.GLOB_CHOICE_SWEEP or not override.is_discrete_sweep():
        raise ParameterError(f"{file}: {typed}: name the values, as key=a,b or key=range(0,3)")
    return [f"{override.get_key_element()}={v}" for v in override.sweep_string_iterator()]


def _after(override: str) -> str:
    return override.partition("=")[2]


def _part(key: str, value: str) -> str:
    if key in ("method", "dataset", "budget"):
        return value
    return f"s{value}" if key == "seed" else f"{key.rpartition('.')[2]}{value}"
