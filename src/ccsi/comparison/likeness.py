"""Which runs may be averaged, and which may stand beside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from ccsi.comparison.run import Run, look_up, settings
from ccsi.config.overrides import MISSING, override_key, write_value
from ccsi.frame.errors import ParameterError

BUDGET = {
    "train": ("epochs", "batch", "select"),
    "update": ("epochs", "batch", "select"),
    "synthesis": ("impressions_per_class", "iterations", "batch"),
}
DATA = ("dataset", "split", "start")
NAMED_ELSEWHERE = (
    *("seed", "dataset", "method", "budget", "evaluate", "split", "start", "trainer", "audit"),
    "report",
)


def groups_of(runs: Sequence[Run]) -> dict[tuple[str, str], list[Run]]:
    """The runs by data set and by label: the method, and the values that were varied within it.

    Raises ParameterError where two runs that would be averaged or compared are unlike.
    """
    groups: dict[tuple[str, str], list[Run]] = {}
    for dataset in sorted({run.dataset for run in runs}):
        members = [run for run in runs if run.dataset == dataset]
        varied = _varied(members)
        _require_alike(members, lambda run: _circumstances(run, varied), what=dataset)  # noqa: B023
        _require_same_code(members)
        for run in sorted(members, key=lambda run: (run.method, run.seed, run.name)):
            groups.setdefault((dataset, _label(run, members, varied)), []).append(run)
    for (dataset, label), members in groups.items():
        _require_alike(members, lambda run: settings(run.params), what=f"{label} on {dataset}")
        _require_each_seed_once(members, what=f"{label} on {dataset}")
    return groups


def _varied(runs: Sequence[Run]) -> list[str]:
    """The dotted keys that somebody typed for one of the runs, data and circumstances aside."""
    typed = {override_key(o) for run in runs for o in run.params.get("overrides") or []}
    return sorted(key for key in typed if key.split(".")[0] not in NAMED_ELSEWHERE)


def _label(run: Run, runs: Sequence[Run], varied: Sequence[str]) -> str:
    """The method and what was varied; of an ablation, where most runs agree, what was changed."""
    values = []
    for key in varied:
        told = Counter(_value(other, key) for other in runs if other.method == run.method)
        usual = [value for value, count in told.items() if 2 * count > told.total()]
        if _value(run, key) not in usual:
            values.append(f"{key}={_value(run, key)}")
    return " ".join([run.method, *values])


def _value(run: Run, key: str) -> str:
    value = look_up(run.params, key)
    if value is MISSING or "." not in key:  # a file of conf/, as network=deep
        typed = [o for o in run.params.get("overrides") or [] if override_key(o) == key]
        return typed[-1].partition("=")[2] if typed else "-"
    return write_value(value)


def _circumstances(run: Run, varied: Collection[str]) -> dict[str, Any]:
    """What has to be the same for every method on one data set."""
    shared = {
        key: value
        for key, value in settings(run.params).items()
        if key.split(".")[0] in (*DATA, "evaluate")
    }
    shared |= {f"tasks.{t}.classes": entry["classes"] for t, entry in run.params["tasks"].items()}
    shared |= {f"images of {path}": digest for path, digest in run.data.items()}
    shared["selection"] = run.metrics["selection"]
    return shared | _budget(run, varied)


def _budget(run: Run, varied: Collection[str]) -> dict[str, Any]:
    """Steps, batches and numbers of impressions, where the method has them.

    Iterations are shared by runs whose impressions start alike: from noise it takes more of them.
    """
    method = run.params["method"]
    started = f" from {run.params['synthesis']['start']}"
    has = {
        "train": True,
        "update": method["reads"] == "task",
        "synthesis": method["rehearsal"] == "impressions",
    }
    found: dict[str, Any] = {}
    for task, entry in run.params["tasks"].items():
        for section in ("train",) if task in run.params["first"] else ("update", "synthesis"):
            for key in BUDGET[section] if has[section] else ():
                names = (f"{section}.{key}", f"per_task.{task}.{section}.{key}")
                if not any(name in varied for name in names):
                    own = entry[section].get(key, run.params[section][key])
                    where = started if key == "iterations" else ""
                    found[f"{section}.{key}{where} of {task}"] = own
    return found


def _require_alike(
    runs: Sequence[Run], told: Callable[[Run], Mapping[str, Any]], *, what: str
) -> None:
    all_told = [(run, told(run)) for run in runs]
    for key in dict.fromkeys(key for _, values in all_told for key in values):
        names: dict[str, list[str]] = {}
        for run, values in all_told:
            if key in values:
                names.setdefault(write_value(values[key]), []).append(run.name)
            elif key.split(".")[0] not in BUDGET:  # a method without synthesis has no budget for it
                names.setdefault("not set", []).append(run.name)
        if len(names) > 1:
            raise ParameterError(_unlike(what, key, names))


def _require_each_seed_once(runs: Sequence[Run], *, what: str) -> None:
    """As with runs of which one reads a file more, since dvc.yaml lists it."""
    names: dict[int, list[str]] = {}
    for run in runs:
        names.setdefault(run.seed, []).append(run.name)
    for seed, found in names.items():
        if len(found) > 1:
            raise ParameterError(
                f"{what}: seed {seed} stands for {' and '.join(found)}, made by unlike code or "
                "images; name the one that counts (ccsi compare NAME..., with * and ?)"
            )


def _require_same_code(runs: Sequence[Run]) -> None:
    """Every file that two runs both read must be the same; a method's own file is its alone."""
    names: dict[str, dict[str, list[str]]] = {}
    for run in runs:
        for path, identity in run.code.items():
            names.setdefault(path, {}).setdefault(identity[:7], []).append(run.name)
    for path, found in sorted(names.items()):
        if len(found) > 1:
            raise ParameterError(_unlike(runs[0].dataset, path, found))


def _unlike(what: str, key: str, names: Mapping[str, Sequence[str]]) -> str:
    sides = [f"{value} in {_listed(runs)}" for value, runs in names.items()]
    return (
        f"{what}: these runs are unlike and not averaged: {key} is {' and '.join(sides)}; name the "
        "runs that belong together (ccsi compare NAME..., with * and ?) or a study (--study FILE)"
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:2])
    return shown if len(names) <= 2 else f"{shown} and {len(names) - 2} more"
