"""On which kinds of processor the compared models were made: their bytes differ, so numbers do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ccsi.comparison.run import Run


def machine_notes(
    groups: Mapping[tuple[str, str], Sequence[Run]], baseline: str | None
) -> list[str]:
    """A note for each data set where runs are paired with the baseline's of another processor."""
    notes: list[str] = []
    if baseline is None:
        return notes
    for dataset in dict.fromkeys(dataset for dataset, _ in groups):
        own = {run.seed: run.machines for run in groups.get((dataset, baseline), ())}
        apart = [
            label
            for (of, label), runs in groups.items()
            if of == dataset and any(_differ(run.machines, own.get(run.seed, ())) for run in runs)
        ]
        if apart:
            notes.append(
                f"{dataset}: of {', '.join(apart)} at least one run is of another kind of "
                f"processor than that of {baseline} with its seed: part of the difference may be "
                "the processor's"
            )
    return notes


def machines_of(runs: Sequence[Run]) -> str:
    """Kinds of processor, each with how many runs' models it made; empty where none is known."""
    told = Counter(machine for run in runs for machine in run.machines)
    return ", ".join(f"{machine} ({count})" for machine, count in sorted(told.items()))


def _differ(one: Sequence[str], other: Sequence[str]) -> bool:
    return bool(one) and bool(other) and set(one) != set(other)
