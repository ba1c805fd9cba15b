"""Differences between two parameter trees, written as Hydra's overrides; and back to their keys."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_PLAIN = re.compile(r"[A-Za-z0-9_./-]+")
_WORDS = {"true", "false", "null", "nan", "inf"}


@dataclass(frozen=True)
class Change:
    """One differing key. `before` or `after` is MISSING where the key is not there."""

    key: str
    before: Any
    after: Any

    def as_override(self) -> str:
        """The override that turns `before` into `after`: key=v, +key=v or ~key."""
        if self.after is MISSING:
            return f"~{self.key}"
        sign = "+" if self.before is MISSING else ""
        return f"{sign}{self.key}={write_value(self.after)}"


class _Missing:
    def __repr__(self) -> str:
        return "missing"


MISSING = _Missing()


def changes(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = "") -> list[Change]:
    """The keys in which two trees differ, leaf by leaf; lists are leaves."""
    found: list[Change] = []
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key, MISSING), after.get(key, MISSING)
        name = f"{prefix}{key}"
        if isinstance(new, Mapping) and isinstance(old, Mapping):
            found += changes(old, new, f"{name}.")
        elif isinstance(new, Mapping) and new and old is MISSING:
            found += changes({}, new, f"{name}.")
        elif old != new:
            found.append(Change(name, old, new))
    return found


def write_value(value: Any) -> str:
    """A value in Hydra's grammar."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{write_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(write_value(item) for item in value) + "]"
    if isinstance(value, str) and not _reads_as_text(value):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return str(value)


def in_shell(overrides: Iterable[str], *, flag: str = "") -> str:
    """Overrides as they are typed, each quoted where the shell needs it, after `flag`."""
    return " ".join(f"{flag}{shlex.quote(override)}" for override in overrides)


def override_key(override: str) -> str:
    """The key of one override: +per_task.t3.seed=1 -> per_task.t3.seed, dataset@x=y -> dataset."""
    return override.lstrip("+~").split("=", 1)[0].split("@", 1)[0]


def _reads_as_text(value: str) -> bool:
    if not _PLAIN.fullmatch(value) or value.lower() in _WORDS:
        return False
    try:
        float(value)
    except ValueError:
        return True
    return False
