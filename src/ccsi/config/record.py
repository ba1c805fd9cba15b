"""Choices written into conf/config.yaml, where comments stay as they are."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from ccsi.config.hydra_errors import laid_out_problem
from ccsi.config.names import nearest
from ccsi.config.overrides import write_value
from ccsi.config.text_files import in_one_line
from ccsi.config.typed import OF_THE_DATASET
from ccsi.frame.errors import ParameterError


@dataclass
class Recorded:
    """The new text of conf/config.yaml, and what went because it belonged to another choice."""

    text: str
    dropped: list[str] = field(default_factory=list)


def record(text: str, choices: Sequence[str], groups: Mapping[str, Sequence[str]]) -> Recorded:
    """Record choices in the text of conf/config.yaml.

    choices: `group=file` goes into the defaults list, `key=value` below it, `~key` is forgotten.
    groups: the options of each group. Another data set drops what was recorded of the former one.
    Raises ParameterError for a choice that cannot be read or recorded.
    """
    editor = _editor()
    config = _loaded(editor, text)
    dropped: list[str] = []
    parsed = [_parse(choice) for choice in choices]
    for override in sorted(parsed, key=lambda o: o.key_or_group not in groups):
        key = override.key_or_group
        if key in groups:
            if _choose(config, override, groups[key]) and key == "dataset":
                dropped += _forget_dataset(config)
        elif override.is_delete():
            _forget(config, override)
        else:
            _set(config, key.split("."), _as_yaml(override.value()), typed=override)
    stream = io.StringIO()
    editor.dump(config, stream)
    return Recorded(stream.getvalue(), dropped)


def _editor() -> YAML:
    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 1000
    editor.indent(mapping=2, sequence=4, offset=2)
    return editor


def _loaded(editor: YAML, text: str) -> CommentedMap:
    try:
        config = editor.load(text)
    except YAMLError as error:
        raise ParameterError(f"conf/config.yaml cannot be read: {in_one_line(error)}") from error
    if not isinstance(config, CommentedMap) or not isinstance(config.get("defaults"), list):
        raise ParameterError(
            "conf/config.yaml must be a mapping with a list `defaults`; bring back the one that "
            "the project came with"
        )
    return config


def _parse(choice: str) -> Override:
    try:
        override = OverridesParser.create().parse_overrides([choice])[0]
    except HydraException as error:
        reason = in_one_line(error)
        raise ParameterError(f"cannot read {choice!r} as key=value or ~key: {reason}") from error
    if override.is_sweep_override():
        raise ParameterError(
            f"{choice}: only one value can be recorded; several run as dvc exp run --queue -S ..."
        )
    problem = laid_out_problem(override)
    if problem:
        raise ParameterError(problem)
    return override


def _choose(config: CommentedMap, override: Override, options: Sequence[str]) -> bool:
    """Put a group's file into the defaults list; True if that changed it."""
    group, value = override.key_or_group, str(override.value())
    if override.is_delete():
        raise ParameterError(
            f"~{group}: one file of conf/{group}/ is always chosen; choose another"
        )
    if value not in options:
        raise ParameterError(f"{group}={value}: no such file{nearest(value, options)}")
    for entry in config["defaults"]:
        if isinstance(entry, CommentedMap) and group in entry:
            changed = bool(entry[group] != value)
            entry[group] = value
            return changed
    raise ParameterError(f"conf/config.yaml: its defaults list has no entry {group}; add one")


def _forget_dataset(config: CommentedMap) -> list[str]:
    gone = [key for key in OF_THE_DATASET if key in config]
    return [f"{key}={write_value(config.pop(key))}" for key in gone]


def _forget(config: CommentedMap, override: Override) -> None:
    parts = override.key_or_group.split(".")
    branches = [config]
    for part in parts[:-1]:
        inner = branches[-1].get(part)
        branches.append(inner if isinstance(inner, CommentedMap) else CommentedMap())
    if parts[0] == "defaults" or parts[-1] not in branches[-1]:
        raise ParameterError(f"~{override.key_or_group}: conf/config.yaml records no such value")
    for branch, part in zip(reversed(branches), reversed(parts), strict=True):
        del branch[part]
        if branch:
            break


def _set(config: CommentedMap, parts: list[str], value: Any, *, typed: Override) -> None:
    if parts[0] == "defaults":
        raise ParameterError(f"{typed.input_line}: choose files as group=file, as dataset=digits")
    branch = config
    for part in parts[:-1]:
        inner = branch.get(part)
        if not isinstance(inner, CommentedMap):
            inner = branch[part] = CommentedMap()
        branch = inner
    branch[parts[-1]] = value


def _as_yaml(value: Any) -> Any:
    if isinstance(value, dict):
        return CommentedMap((str(key), _as_yaml(item)) for key, item in value.items())
    if isinstance(value, list):
        sequence = CommentedSeq(_as_yaml(item) for item in value)
        sequence.fa.set_flow_style()
        return sequence
    return value
