"""The numbers of a comparison: each group of runs, each measure, against a baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ccsi.comparison.cost import with_own_times
from ccsi.comparison.likeness import groups_of
from ccsi.comparison.machines import machine_notes
from ccsi.comparison.run import Run, settings
from ccsi.comparison.statistics import Paired, Spread, intransigence, paired, spread
from ccsi.config.names import nearest
from ccsi.config.overrides import write_value
from ccsi.frame.errors import ParameterError

MEASURES = (
    "accuracy", "balanced_accuracy", "average_incremental_accuracy", "forgetting",
    "backward_transfer", "auc", "ece",
)  # fmt: skip
BY_TASK = ("accuracy_after", "intransigence")
MINUTES = "minutes"
COST = (MINUTES, "kept_bytes")
JOINT = "joint"

Values = dict[int, float]


@dataclass(frozen=True)
class Line:
    """One measure of one group: over which seeds, and against the baseline of its data set."""

    dataset: str
    group: str
    measure: str
    seeds: tuple[int, ...]
    spread: Spread
    paired: Paired | None


@dataclass(frozen=True)
class Comparison:
    """notes: what a reader must know, one sentence each."""

    lines: tuple[Line, ...]
    groups: Mapping[tuple[str, str], Sequence[Run]]
    baseline: str | None
    notes: tuple[str, ...]

    def line(self, dataset: str, group: str, measure: str) -> Line | None:
        """One line, None where the measure is not defined there."""
        wanted = (dataset, group, measure)
        found = (x for x in self.lines if (x.dataset, x.group, x.measure) == wanted)
        return next(found, None)


def compare(runs: Sequence[Run], *, baseline: str | None) -> Comparison:
    """Average over seeds and test against the group called `baseline`.

    Raises ParameterError where runs are unlike or no group has that name.
    """
    kept, notes = without_duplicates(runs)
    kept, told_of_times = with_own_times(kept)
    notes += told_of_times
    groups = groups_of(kept)
    notes += machine_notes(groups, baseline)
    labels = list(dict.fromkeys(label for _, label in groups))
    if baseline is not None and baseline not in labels:
        raise ParameterError(f"--baseline {baseline}: no such group{nearest(baseline, labels)}")
    measured: dict[tuple[str, str], dict[str, Values]] = {}
    for (dataset, label), members in groups.items():
        joint, note = _joint(dataset, groups)
        notes += [note] if note and note not in notes else []
        measured[dataset, label] = _measures(members, joint)
    lines = []
    for (dataset, label), by_measure in measured.items():
        against = measured.get((dataset, baseline), {}) if baseline not in (None, label) else {}
        for measure, values in by_measure.items():
            told = spread(list(values.values()))
            if told is not None and measure == MINUTES:  # seeds share one median of the log
                told = Spread(told.mean, None, told.n)
            if told is not None:
                test = paired(values, against[measure]) if measure in against else None
                lines.append(Line(dataset, label, measure, tuple(sorted(values)), told, test))
    notes += [f"{dataset}: no runs of {baseline}, so no test"
              for dataset in dict.fromkeys(dataset for dataset, _ in groups)
              if baseline is not None and (dataset, baseline) not in groups]  # fmt: skip
    return Comparison(tuple(lines), groups, baseline, tuple(notes))


def without_duplicates(runs: Sequence[Run]) -> tuple[list[Run], list[str]]:
    """Of runs of the same settings, seed and code the first, and what was said about the rest."""
    kept: dict[str, Run] = {}
    notes: list[str] = []
    for run in runs:
        told = {**settings(run.params), "seed": run.seed, "method": run.method}
        key = repr(
            (sorted(told.items(), key=str), sorted(run.code.items()), sorted(run.data.items()))
        )
        first = kept.setdefault(key, run)
        if first is not run:
            same = first.metrics == run.metrics
            result = "" if same else ", though its results differ (another machine?)"
            notes.append(f"{run.name} is {first.name} once more and not counted{result}")
    return list(kept.values()), notes


def differing_settings(comparison: Comparison, dataset: str) -> dict[str, dict[str, str]]:
    """The keys in which the groups of one data set differ, with each group's value."""
    told = {
        label: settings(members[0].params)
        for (of, label), members in comparison.groups.items()
        if of == dataset
    }
    keys = dict.fromkeys(key for values in told.values() for key in values)
    table = {
        key: {g: write_value(v[key]) if key in v else "-" for g, v in told.items()} for key in keys
    }
    return {key: row for key, row in table.items() if len(set(row.values())) > 1}


def _joint(
    dataset: str, groups: Mapping[tuple[str, str], Sequence[Run]]
) -> tuple[dict[int, Run], str | None]:
    found = [
        members
        for (of, _), members in groups.items()
        if of == dataset and members[0].params["method"]["name"] == JOINT
    ]
    if len(found) > 1:
        return {}, f"{dataset}: several groups of {JOINT}, so no intransigence"
    return ({run.seed: run for run in found[0]}, None) if found else ({}, None)


def _measures(runs: Sequence[Run], joint: Mapping[int, Run]) -> dict[str, Values]:
    """The values of each measure by seed."""
    found: dict[str, Values] = {}
    for run in runs:
        for name, value in _of_run(run, joint.get(run.seed)).items():
            if value is not None:
                found.setdefault(name, {})[run.seed] = value
    return found


def _of_run(run: Run, joint: Run | None) -> dict[str, Any]:
    told = {name: run.metrics[name] for name in MEASURES}
    for name in ("accuracy_after", "accuracy_per_task"):  # JSON has t10 before t2
        values = run.metrics[name]
        told |= {f"{name}.{t}": values[t] for t in run.metrics["tasks"] if t in values}
    told[MINUTES] = None if run.seconds is None else run.seconds / 60
    if run.kept:
        told["kept_bytes"] = sum(run.kept.values())
        told |= {f"kept_bytes.{kind}": size for kind, size in run.kept.items()}
    if joint is not None and joint is not run and run.params["method"]["name"] != JOINT:
        by_task = intransigence(run.learned, joint.learned)
        if by_task:
            told["intransigence"] = sum(by_task.values()) / len(by_task)
            told |= {f"intransigence.{task}": value for task, value in by_task.items()}
    return told
