"""What the user typed, in overrides or in conf/config.yaml, as against what a budget brings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from ccsi.config.digest import read_params
from ccsi.config.hydra_tree import dotted_keys
from ccsi.config.layout import OVERRIDABLE
from ccsi.config.overrides import changes, override_key, write_value
from ccsi.config.paths import CONFIG_FILE
from ccsi.frame.errors import ParameterError

OF_THE_DATASET = ("dataset", "split")
"""Keys of conf/config.yaml that belong to one data set."""


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


def refuse_foreign_values(conf: Path, overrides: Sequence[str]) -> None:
    """Raise ParameterError where another data set is named, and conf/config.yaml records values of
    the one it is for: they win over those of conf/dataset, and would fail or quietly apply.
    """
    config = read_params(conf / CONFIG_FILE.name)
    entries = [entry for entry in config.get("defaults") or [] if isinstance(entry, Mapping)]
    former = next((entry["dataset"] for entry in entries if "dataset" in entry), None)
    named = {override_key(o): o.partition("=")[2] for o in overrides}
    if named.get("dataset", former) == former:
        return
    kept = [change for change in changes({}, _of_the_dataset(config)) if change.after is not None]
    given = named.keys() - {"dataset"}
    foreign = [c for c in kept if not any(f"{c.key}.".startswith(f"{key}.") for key in given)]
    if foreign:
        values = ", ".join(f"{c.key}={write_value(c.after)}" for c in foreign)
        raise ParameterError(
            f"dataset={named['dataset']}: conf/config.yaml records {values} for dataset={former}; "
            f"use `ccsi config dataset={named['dataset']}`, which forgets that, or give "
            f"{', '.join(c.key for c in foreign)} too"
        )


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


def _of_the_dataset(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: config[key] for key in OF_THE_DATASET if key in config}


def _refuse_unread(typed: Collection[str]) -> None:
    for key in sorted(typed):
        parts = key.split(".")
        if len(parts) < 3 or parts[0] != "per_task":
            continue
        if reads := only_reads(parts[1], parts[2]):
            raise ParameterError(f"{key} has no effect: {parts[1]} reads {reads}")


def only_reads(task: str, section: str) -> str | None:
    """What a task reads instead of a section that it does not read; None where it reads it."""
    if (task == "t1") == (section == "train"):
        return None
    return "only train" if task == "t1" else "loss, update and synthesis, not train"
