"""Composing must not lose a hand edit of params.yaml, nor quietly go back to another data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ccsi.config.compose import compose_params
from ccsi.config.digest import is_edited
from ccsi.config.layout import OVERRIDABLE
from ccsi.config.overrides import MISSING, Change, changes, in_shell, override_key
from ccsi.config.paths import CONF
from ccsi.config.sections import EDITABLE, LAID_OUT
from ccsi.frame.errors import CcsiError, ParameterError

Params = Mapping[str, Any]

WAYS = "keep it: {keep}; record it: {record}; run params.yaml as it is: dvc repro; {drop}"
DROP = "drop it: ccsi config --discard"


def original_of(at_hand: Params, composed: Params) -> Params:
    """What params.yaml held before it was edited: conf/ with the overrides it was composed with.

    Where that can no longer be composed, `composed` stands in, so that every difference is told.
    """
    try:
        return compose_params(CONF, at_hand.get("overrides") or [])
    except CcsiError:
        return composed


def refuse_lost_edit(
    at_hand: Params, original: Params, composed: Params, *, explicit: Sequence[str] = ()
) -> None:
    """Raise ParameterError if `composed` would overwrite a hand edit of params.yaml.

    at_hand: params.yaml as it lies there; original: what conf/ and its recorded overrides give;
    explicit: the overrides now given, which may replace an edit knowingly.
    """
    if not at_hand or not is_edited(at_hand):
        return
    edits = _hand_edits(at_hand, original)
    kept = {(edit.key, repr(edit.after)) for edit in _hand_edits(composed, original)}
    named = {override_key(override) for override in explicit}
    lost = [
        edit for edit in edits if (edit.key, repr(edit.after)) not in kept and edit.key not in named
    ]
    if lost:
        raise ParameterError(_lost_edit(lost))


def refuse_lost_dataset(at_hand: Params, composed: Params, *, explicit: Sequence[str]) -> None:
    """Raise ParameterError if params.yaml was composed with -S dataset=... and now loses it."""
    dropped = [o for o in dropped_overrides(at_hand, explicit) if override_key(o) == "dataset"]
    if not dropped or at_hand["dataset"]["name"] == composed["dataset"]["name"]:
        return
    raise ParameterError(
        f"params.yaml was composed with {dropped[0]}, and composing starts from conf/, which says "
        f"dataset={composed['dataset']['name']}; name the one you mean: -S {dropped[0]}; or record "
        f"it: ccsi config {dropped[0]}; or go back: ccsi config"
    )


def dropped_overrides(at_hand: Params, explicit: Sequence[str]) -> list[str]:
    """The overrides that made params.yaml as it lies there and that are not given now."""
    named = {override_key(override) for override in explicit}
    return [o for o in at_hand.get("overrides") or [] if override_key(o) not in named]


def _hand_edits(params: Params, original: Params) -> list[Change]:
    return changes(_told_as_overrides(original), _told_as_overrides(params))


def _told_as_overrides(params: Params) -> dict[str, Any]:
    """The parameters, with the values laid out for each task told as `per_task`."""
    tree = {key: params[key] for key in (*EDITABLE, *LAID_OUT) if key in params}
    own = {str(task): dict(values) for task, values in (params.get("per_task") or {}).items()}
    laid_out: dict[str, Any] = {}
    for task, record in (params.get("tasks") or {}).items():
        laid_out[task] = {key: value for key, value in record.items() if key not in OVERRIDABLE}
        for section in OVERRIDABLE:
            known = own.get(task, {}).get(section) or {}
            if (record.get(section) or {}) != known:
                own.setdefault(task, {})[section] = {**known, **(record.get(section) or {})}
    return {**tree, "per_task": own, "tasks": laid_out}


def _lost_edit(lost: Sequence[Change]) -> str:
    typed = [edit for edit in lost if edit.key.split(".")[0] in EDITABLE]
    laid_out = [edit.key for edit in lost if edit.key.split(".")[0] not in EDITABLE]
    told = [f"{edit.key} {_told(edit.before)} -> {_told(edit.after)}" for edit in typed]
    text = "params.yaml was edited by hand and composing would lose it: "
    text += ", ".join([*told, *laid_out]) + "; "
    if not typed:
        return (
            f"{text}{laid_out[0]} is laid out from dataset, split, method and start: set those; "
            f"run params.yaml as it is: dvc repro; {DROP}"
        )
    overrides = [edit.as_override() for edit in typed]
    keep = f"dvc exp run {in_shell(overrides, flag='-S ')}"
    return text + WAYS.format(keep=keep, record=f"ccsi config {in_shell(overrides)}", drop=DROP)


def _told(value: Any) -> str:
    return "none" if value is MISSING else str(value)
