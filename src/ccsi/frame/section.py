"""The base of every parameter section: frozen, and an unknown key is an error."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ccsi.frame.errors import ParameterError

SectionT = TypeVar("SectionT", bound="Section")


class Section(BaseModel):
    """One section of params.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, allow_inf_nan=False)


def parse(
    kind: type[SectionT], values: Mapping[str, Any], *, where: str, source: str = "params.yaml"
) -> SectionT:
    """Validate one section. Raises ParameterError naming the key and the nearest known name."""
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        raise ParameterError(f"{source}: {_explain(kind, error, where, source)}") from error


def merge(defaults: Mapping[str, Any], override: Mapping[str, Any] | None) -> dict[str, Any]:
    """The defaults with a task's own values laid over them (nested mappings are merged)."""
    merged = dict(defaults)
    for key, value in (override or {}).items():
        known = merged.get(key)
        nested = isinstance(value, Mapping) and isinstance(known, Mapping)
        merged[key] = merge(known, value) if nested else value  # type: ignore[arg-type]
    return merged


def _explain(kind: type[Section], error: ValidationError, where: str, source: str) -> str:
    problem = error.errors()[0]
    key = ".".join(str(part) for part in problem["loc"])
    at = f"{where}.{key}" if key else where
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(problem["loc"][-1]), list(kind.model_fields), n=1)
        hint = (
            f"did you mean {where}.{near[0]}?" if near else f"known: {', '.join(kind.model_fields)}"
        )
        return f"unknown key {at}; {hint}"
    if problem["type"] == "missing":
        hint = "; run `ccsi config` to compose it anew" if source == "params.yaml" else ""
        return f"{at} is missing{hint}"
    told = problem["msg"].removeprefix("Value error, ")
    if not key:  # a rule between several keys; its input is the whole section
        return f"{where}: {told}"
    return f"{at} = {problem['input']!r}: {told}{_nearest_choice(problem)}"


def _nearest_choice(problem: Any) -> str:
    """`; did you mean ...?` where one of a few words was expected."""
    if problem["type"] != "literal_error":
        return ""
    choices = re.findall(r"'([^']+)'", str(problem["ctx"]["expected"]))
    near = difflib.get_close_matches(str(problem["input"]), choices, n=1)
    return f"; did you mean {near[0]}?" if near else ""
