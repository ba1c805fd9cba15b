"""Which tasks there are, what each reads, and what each starts from: the records DVC loops over.

Keys are t1..tN. A task's classes and paths stand in `tasks`; everything else is derived from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ccsi.config.paths import (
    AUDIT_REPORT,
    CALIBRATION,
    EXEMPLARS,
    FITTED,
    IMPRESSIONS,
    MEANS,
    MODELS,
    NOTHING,
    RAW,
    TASKS,
    TEST,
)
from ccsi.config.start import read_start, refuse_unusable_start, tasks_already_learned
from ccsi.data.layout import TaskLayout, lay_out, reads
from ccsi.data.params import DatasetParams
from ccsi.frame.errors import ParameterError
from ccsi.frame.section import parse

OVERRIDABLE = ("loss", "train", "update", "synthesis")

Record = dict[str, Any]


def lay_out_tasks(params: Mapping[str, Any]) -> Record:
    """`tasks`: every task's classes, paths and own parameter values.

    params holds the sections of params.yaml. With `start`, tasks that the start model knows keep
    their entry but name the start folder as their model; if it knows none of the data set's
    classes, the data set's tasks are numbered on from its own.
    Raises ParameterError or DataError where the data set, the split or the start is unusable.
    """
    dataset = parse(DatasetParams, params["dataset"], where="dataset")
    layouts = lay_out(dataset, params["split"])
    start, n_before, id_before, n_learned = params["start"], 0, 0, 0
    if start is not None:
        refuse_unusable_start(start, params["method"])
        model = read_start(start)
        n_learned = tasks_already_learned(model, {t: x.names for t, x in layouts.items()})
        if n_learned == 0:
            n_before, id_before = model.n_tasks, len(model.class_names)
    models = FITTED if params["method"]["learning"] == "statistics" else MODELS
    tasks: Record = {}
    for number, layout in enumerate(layouts.values(), start=n_before + 1):
        known = number <= n_learned
        first_new = start is not None and number == n_before + n_learned + 1
        tasks[f"t{number}"] = {
            "classes": list(layout.classes),
            "first_id": layout.first_id + id_before,
            "reads": _reads(dataset, layout),
            "means_before": start if first_new else _path(MEANS, number - 1),
            "images": TASKS if params["evaluate"]["split"] == "val" else TEST,
            "model": start if known else _path(models, number),
            "rehearsed": _rehearsed(params, number, known=known),
            **_own_values(params["per_task"], f"t{number}"),
        }
    return tasks


def lay_out_increments(params: Mapping[str, Any]) -> Record:
    """`increments`: every task that is learned by an update, and what it starts from."""
    if params["method"]["learning"] == "statistics":
        return {}
    afresh = params["method"]["reads"] == "seen"
    rehearsed = {"none": None, "impressions": IMPRESSIONS, "exemplars": EXEMPLARS}
    rehearses = rehearsed[params["method"]["rehearsal"]]
    increments: Record = {}
    for task in learned_later(params):
        before = previous_task(task)
        increments[task] = {
            "prev": before,
            "data": TASKS if afresh or _looks_back(params, task) else f"{TASKS}/{task}",
            "model": NOTHING if afresh else _model_of(params, before),
            "rehearsed": f"{rehearses}/{before}" if rehearses else NOTHING,
        }
    return increments


def lay_out_rehearsals(params: Mapping[str, Any]) -> Record:
    """`rehearsals`: every task whose model is asked for impressions before the next task."""
    if params["method"]["rehearsal"] != "impressions":
        return {}
    rehearsals: Record = {}
    for task in learned_later(params):
        before = previous_task(task)
        model = _model_of(params, before)
        means = model if model == params["start"] else f"{MEANS}/{before}"
        rehearsals[before] = {"next": task, "model": model, "means": means}
    return rehearsals


def lay_out_herdings(params: Mapping[str, Any]) -> Record:
    """`herdings`: every task of whose images some are kept for the next task."""
    if params["method"]["rehearsal"] != "exemplars":
        return {}
    herdings: Record = {}
    for task in learned_later(params):
        before = previous_task(task)
        number = int(before[1:])
        herdings[before] = {
            "model": _model_of(params, before),
            "before": _path(EXEMPLARS, number - 1),
        }
    return herdings


def lay_out_calibrations(params: Mapping[str, Any]) -> Record:
    """`calibrations`: the last task, if its model is made here, and what its temperature is of.

    The task's own folder also for a method that learns from all tasks.
    """
    task, entry = list(params["tasks"].items())[-1]
    if entry["model"] == params["start"]:
        return {}
    data = {"data": f"{TASKS}/{task}", "model": entry["model"]}
    return {task: {**data, "impressions": entry["rehearsed"]}}


def lay_out_downloads(params: Mapping[str, Any]) -> Record:
    """`downloads`: the file that has to be fetched, if the data set is one of MedMNIST's."""
    name = params["dataset"]["name"]
    return {name: {"raw": f"{RAW}/{name}"}} if params["dataset"]["source"] == "medmnist" else {}


def lay_out_first(params: Mapping[str, Any]) -> Record:
    """`first`: the task that is trained from nothing; none with `start`."""
    return {} if params["start"] is not None else {"t1": {"data": f"{TASKS}/t1"}}


def lay_out_summary(params: Mapping[str, Any]) -> Record:
    """`summary`: what it shows (audit, impressions, other runs' numbers) and what was trained."""
    makes, calibrated = bool(lay_out_rehearsals(params)), [*lay_out_calibrations(params)]
    return {
        "audit": AUDIT_REPORT if params["audits"] else NOTHING,
        "calibration": f"{CALIBRATION}/{calibrated[0]}" if calibrated else NOTHING,
        "impressions": IMPRESSIONS if makes else NOTHING,
        "bounds": _bounds(params["report"]["bounds"]),
        "trained": [*lay_out_first(params), *lay_out_increments(params)],
    }


def _bounds(file: str | None) -> str:
    if file is not None and not Path(file).is_file():
        raise ParameterError(
            f"report.bounds = {file}: there is no such file; it holds other methods' accuracies, "
            "to be drawn beside a run's, and null draws none"
        )
    return file or NOTHING


def _looks_back(params: Mapping[str, Any], task: str) -> bool:
    """Whether the update's target images are validation images of all tasks so far."""
    own = params["tasks"][task]["update"]
    return bool(own.get("target", params["update"]["target"]) == "validation")


def learned_later(params: Mapping[str, Any]) -> list[str]:
    """The tasks that are learned after another, in order."""
    learned = [t for t, task in params["tasks"].items() if task["model"] != params["start"]]
    return learned if params["start"] is not None else learned[1:]


def _model_of(params: Mapping[str, Any], task: str) -> str:
    return str(params["tasks"][task]["model"] if task in params["tasks"] else params["start"])


def previous_task(task: str) -> str:
    """t2 -> t1."""
    return f"t{int(task[1:]) - 1}"


def _path(folder: str, number: int) -> str:
    return f"{folder}/t{number}" if number > 0 else NOTHING


def _rehearsed(params: Mapping[str, Any], number: int, *, known: bool) -> str:
    """The impressions that a task's model was updated with."""
    updated = not known and (number > 1 or params["start"] is not None)
    rehearses = updated and params["method"]["rehearsal"] == "impressions"
    return _path(IMPRESSIONS, number - 1) if rehearses else NOTHING


def _reads(dataset: DatasetParams, layout: TaskLayout) -> str:
    if dataset.source not in ("digits", "medmnist") and dataset.path is None:
        raise ParameterError(f"dataset.path is not set; source {dataset.source} needs it")
    return reads(dataset, layout, raw=f"{RAW}/{dataset.name}", nothing=NOTHING)


def _own_values(per_task: Mapping[str, Any], task: str) -> Record:
    own = per_task.get(task) or {}
    return {section: dict(own.get(section) or {}) for section in OVERRIDABLE}
