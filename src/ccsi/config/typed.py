"""What the user typed, in overrides or in conf/config.yaml, as against what a budget brings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from ccsi.config.digest import read_params
from ccsi.config.hydra_tree import dotted_keys
from ccsi.config.layout import OVERRIDABLE
from ccsi.config.overrides import override_key
from ccsi.config.paths import CONFIG_FILE
from ccsi.errors import ParameterError


def typed_keys(conf: Path, overrides: Sequence[str]) -> set[str]:
    """Every dotted key, branches too, that the overrides or conf/config.yaml itself set."""
    typed = set(dotted_keys(read_params(conf / CONFIG_FILE.name)))
    for override in overrides:
        parts = override_key(override).split(".")
        typed |= {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    return typed


def typed_tasks(typed: Collection[str]) -> set[str]:
    """The tasks named under `per_task`."""
    parts = (key.split(".") for key in typed)
    return {part[1] for part in parts if part[0] == "per_task" and len(part) > 1}


def refuse_shadowed(tasks: Mapping[str, Any], typed: Collection[str]) -> None:
    """Raise ParameterError where a typed value has no effect on a task.

    A budget may bring values of a task's own, and these win: -S synthesis.tv=0 would change
    nothing, and nobody would notice.
    """
    _refuse_unread(typed)
    named = typed_tasks(typed)
    for task, entry in tasks.items():
        for section in OVERRIDABLE:
            for key in entry[section]:
                if f"{section}.{key}" in typed and task not in named:
                    raise ParameterError(
                        f"{section}.{key} was set, but the budget gives {task} its own: set "
                        f"per_task.{task}.{section}.{key} too, or choose another budget"
                    )


def _refuse_unread(typed: Collection[str]) -> None:
    for key in sorted(typed):
        parts = key.split(".")
        if len(parts) < 3 or parts[0] != "per_task":
            continue
        if (parts[1] == "t1") != (parts[2] == "train"):
            reads = "only train" if parts[1] == "t1" else "loss, update and synthesis, not train"
            raise ParameterError(f"{key} has no effect: {parts[1]} reads {reads}")
