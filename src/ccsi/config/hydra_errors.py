"""Hydra's errors in one line: which override is wrong, and what was probably meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf

from ccsi.config.hydra_tree import dotted_keys, group_options
from ccsi.config.layout import OVERRIDABLE
from ccsi.config.names import nearest
from ccsi.config.sections import EDITABLE, LAID_OUT
from ccsi.config.text_files import in_one_line
from ccsi.config.typed import only_reads
from ccsi.frame.errors import ParameterError


def explain(
    error: HydraException,
    conf: Path,
    overrides: Sequence[str],
    *,
    without: Callable[[], DictConfig],
) -> str:
    """One line for an exception of Hydra's that was raised while composing with `overrides`.

    without: composes the same conf/ without overrides, which tells what could be overridden.
    """
    if not overrides:
        return in_one_line(error)
    try:
        known, groups = _keys_of(without()), group_options(conf)
        for typed in overrides:
            if "=" not in typed and not typed.startswith("~"):
                near = nearest(typed.lstrip("+"), [*groups, *known], else_all=False)
                return f"{typed}: a value is missing; write KEY=VALUE{near}"
        parsed = OverridesParser.create().parse_overrides(list(overrides))
    except HydraException as deeper:
        return in_one_line(deeper)
    for override in parsed:
        problem = _problem(override, known, groups)
        if problem:
            return problem
    return in_one_line(error)


def _keys_of(tree: DictConfig) -> list[str]:
    values = OmegaConf.to_container(tree, resolve=False)
    assert isinstance(values, dict)
    return dotted_keys({str(key): value for key, value in values.items() if key != "hydra"})


def refuse_laid_out(overrides: Sequence[str]) -> None:
    """Raise ParameterError for an override of a key that is laid out: Hydra would obey it."""
    for override in OverridesParser.create().parse_overrides(list(overrides)):
        if problem := laid_out_problem(override):
            raise ParameterError(problem)


def laid_out_problem(override: Override) -> str | None:
    """What to set instead of a key that is laid out; None for every other key."""
    parts = override.key_or_group.split(".")
    typed = override.input_line or override.key_or_group
    if parts[0] not in (*LAID_OUT, "overrides", "digest"):
        return None
    instead = "dataset, split, per_task, method or start"
    if parts[0] == "tasks" and len(parts) > 3 and parts[2] in OVERRIDABLE:
        instead = "+per_task." + typed.lstrip("+~").removeprefix("tasks.")
        reads = only_reads(parts[1], parts[2])
        if reads:
            return f"{typed}: {parts[0]} is laid out, and {parts[1]} reads {reads}"
    return f"{typed}: {parts[0]} is laid out; set {instead}"


def _problem(override: Override, known: list[str], groups: dict[str, list[str]]) -> str | None:
    key = override.key_or_group
    typed = override.input_line or key
    bare = typed.lstrip("+~")
    if key in groups:
        return _group_problem(override, typed, groups[key])
    if laid_out := laid_out_problem(override):
        return laid_out
    exists = key in known
    if override.is_add() and exists:
        return f"{typed}: {key} exists already; write {bare} without the +"
    if override.is_add() or override.is_force_add() or exists:
        return None
    if key.startswith("per_task.") and not override.is_delete():
        return f"{typed}: conf/ gives {key} no value yet; write +{bare}"
    return f"{typed}: there is no {key} in conf/{_meant(key, known, groups)}"


def _meant(key: str, known: list[str], groups: Mapping[str, object]) -> str:
    """The nearest key, else those that end so, else what keys begin with."""
    top = [*groups, *(k for k in EDITABLE if k in known and k not in groups)]
    near = nearest(key, [*known, *groups] if "." in key else top, else_all=False)
    if near:
        return near
    ending = [name for name in known if name.count(".") == 1 and name.endswith(f".{key}")]
    return f"; did you mean {' or '.join(ending)}?" if ending else f"; there are {', '.join(top)}"


def _group_problem(override: Override, typed: str, options: list[str]) -> str | None:
    value = str(override.value())
    if value not in options and not override.is_delete():
        return (
            f"{typed}: conf/{override.key_or_group}/ has no {value}.yaml{nearest(value, options)}"
        )
    if override.is_add() or override.is_delete():
        wanted = f"{override.key_or_group}={value if value in options else '<file>'}"
        return (
            f"{typed}: one file of conf/{override.key_or_group}/ is chosen already; write {wanted}"
        )
    return None
