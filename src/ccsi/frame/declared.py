"""The parameters a stage declares, and no others."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml

from ccsi.frame.errors import ParameterError
from ccsi.frame.section import Section, merge, parse

SectionT = TypeVar("SectionT", bound=Section)

PARAMS_FILE = Path("params.yaml")


class UndeclaredParameterError(Exception):
    """A stage reads a parameter that it does not declare: a fault of the code, not of the user."""


class Declared:
    """The declared dotted keys of params.yaml with their values; anything else raises."""

    def __init__(self, keys: Sequence[str], source: Path) -> None:
        self.keys = tuple(keys)
        self._source = source
        self._values = self._load()

    def value(self, key: str) -> Any:
        """A copy of one declared value. Raises UndeclaredParameterError for any other key."""
        if key not in self._values:
            raise UndeclaredParameterError(f"{key} is not among the declared {self.keys}")
        return copy.deepcopy(self._values[key])

    def section(self, kind: type[SectionT], key: str, *, override: str | None) -> SectionT:
        """A validated section, with a task's own values laid over the defaults."""
        defaults = self._mapping(key)
        section = parse(kind, defaults, where=key)
        own = self._mapping(override) if override is not None else {}
        return parse(kind, merge(defaults, own), where=override or key) if own else section

    def changed(self) -> list[str]:
        """The declared keys whose values in the file are no longer the ones handed out."""
        try:
            now = self._load()
        except ParameterError:
            return list(self.keys)
        return [key for key in self.keys if now[key] != self._values[key]]

    def as_text(self) -> str:
        """All declared values, in one order, for a digest of them."""
        return json.dumps(self._values, sort_keys=True)

    def _mapping(self, key: str) -> Mapping[str, Any]:
        value = self.value(key)
        if not isinstance(value, Mapping):
            raise ParameterError(f"{self._source}: {key} = {value!r} must be a mapping of names")
        return value

    def _load(self) -> dict[str, Any]:
        tree = _read_yaml(self._source)
        return {key: _look_up(tree, key, self._source) for key in self.keys}


class _PlainLoader(yaml.SafeLoader):  # type: ignore[misc]
    """Reads no aliases: a few lines of them stand for more values than memory holds."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias (*name) is not read; write the value itself")
        return super().compose_node(parent, index)


def _read_yaml(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(), Loader=_PlainLoader)  # noqa: S506 (it is a SafeLoader)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise ParameterError(f"cannot read {path}: {error}") from error


def _look_up(tree: Any, key: str, source: Path) -> Any:
    at, above = tree, ""
    for part in key.split("."):
        if not isinstance(at, Mapping) or part not in at:
            raise ParameterError(_missing(at, key, above, source))
        at, above = at[part], f"{above}.{part}".lstrip(".")
    return at


def _missing(at: Any, key: str, above: str, source: Path) -> str:
    known = ", ".join(map(str, at)) if isinstance(at, Mapping) and above else ""
    hint = f"; {above} holds {known}" if known else ""
    return f"{source}: {key} is missing{hint}; `ccsi config` composes the file anew"
