"""Every section of params.yaml checked before anything runs, per-task values merged in."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ccsi.audit.params import AuditParams
from ccsi.class_means import MeansParams
from ccsi.computing.params import TrainerParams
from ccsi.config.layout import OVERRIDABLE
from ccsi.config.method_declaration import refuse_unusable_choices
from ccsi.config.names import nearest
from ccsi.config.overrides import write_value
from ccsi.config.ranges import checked
from ccsi.config.report_params import ReportParams
from ccsi.data.params import DatasetParams
from ccsi.evaluation.params import EvaluateParams
from ccsi.frame.errors import ParameterError
from ccsi.frame.section import Section, merge
from ccsi.losses.params import LossWeights
from ccsi.methods.params import MethodParams
from ccsi.models.feature_map_params import StatisticsParams
from ccsi.models.params import ModelParams
from ccsi.rehearsal.params import ExemplarParams
from ccsi.statistics.params import FitParams
from ccsi.synthesis.params import SynthesisParams
from ccsi.training.params import TrainParams, UpdateParams

SECTIONS: dict[str, type[Section]] = {
    "loss": LossWeights,
    "synthesis": SynthesisParams,
    "train": TrainParams,
    "update": UpdateParams,
    "model": ModelParams,
    "dataset": DatasetParams,
    "method": MethodParams,
    "exemplars": ExemplarParams,
    "statistics": StatisticsParams,
    "fit": FitParams,
    "means": MeansParams,
    "evaluate": EvaluateParams,
    "audit": AuditParams,
    "report": ReportParams,
    "trainer": TrainerParams,
}
SCALARS = ("seed", "split", "start", "per_task")
EDITABLE = (*SECTIONS, *SCALARS)
LAID_OUT = (
    *("tasks", "increments", "rehearsals", "herdings", "members", "gatherings", "fits"),
    *("calibrations", "audits", "downloads", "first", "summary", "layout"),
)
KNOWN = (*EDITABLE, *LAID_OUT, "overrides", "digest")


def check_sections(params: Mapping[str, Any], overrides: Sequence[str] = ()) -> None:
    """Raises ParameterError for the first unknown, missing or unusable key, or value unused.

    params: what is composed, at least the editable keys; overrides: what was typed for it.
    """
    for key in params:
        if key not in KNOWN:
            raise ParameterError(f"unknown key {key}{nearest(str(key), KNOWN)}")
    for name, kind in SECTIONS.items():
        checked(kind, _mapping(params.get(name), name), where=name, overrides=overrides)
    _check_scalars(params)
    for task, own in _mapping(params["per_task"], "per_task").items():
        _check_own_values(params, str(task), own, overrides)
    refuse_unusable_choices(params)


def check_task_names(
    per_task: Mapping[str, Any], tasks: Collection[str], *, typed: Collection[str]
) -> None:
    """Raises ParameterError where `per_task` names a task that there is not.

    A budget's rows for more tasks than the data set has are left unused; `typed` are the tasks
    that the user named, which must exist.
    """
    for task in per_task:
        if task in tasks or (re.fullmatch(r"t[1-9]\d*", str(task)) and task not in typed):
            continue
        raise ParameterError(
            f"per_task.{task}: there is no such task; the tasks are {', '.join(tasks)}"
        )


def _check_own_values(
    params: Mapping[str, Any], task: str, own: Any, overrides: Sequence[str]
) -> None:
    where = f"per_task.{task}"
    for section, values in _mapping(own, where).items():
        if section not in OVERRIDABLE:
            raise ParameterError(f"unknown key {where}.{section}{nearest(section, OVERRIDABLE)}")
        override = _mapping(values, f"{where}.{section}")
        merged = merge(params[section], override)
        checked(SECTIONS[section], merged, where=f"{where}.{section}", overrides=overrides)


def _check_scalars(params: Mapping[str, Any]) -> None:
    seed, split, start = params["seed"], params["split"], params["start"]
    if not _is_count(seed):
        raise ParameterError(f"seed={write_value(seed)}: must be a whole number, at least 0")
    if split is not None and not _is_split(split):
        raise ParameterError(
            f"split={write_value(split)}: must be null or lists of classes, as [[0,1],[2,3,4]]"
        )
    if start is not None and not (isinstance(start, str) and start):
        raise ParameterError(f"start={write_value(start)}: must be null or a folder")


def _is_split(split: Any) -> bool:
    return (
        isinstance(split, list)
        and bool(split)
        and all(isinstance(task, list) and task and all(map(_is_count, task)) for task in split)
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ParameterError(f"{where}={write_value(value)}: must be a mapping of keys to values")
    return value
