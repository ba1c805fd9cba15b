"""What all runs on one data set share: images, tasks, budget, commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ccsi.comparison.comparison import Comparison
from ccsi.comparison.machines import machines_of
from ccsi.comparison.run import Run
from ccsi.config.overrides import override_key
from ccsi.reporting.settings import budget


def circumstances(comparison: Comparison, dataset: str) -> dict[str, str]:
    """In words, by what they are about."""
    groups = {label: runs for (of, label), runs in comparison.groups.items() if of == dataset}
    runs = [run for some in groups.values() for run in some]
    first = runs[0]
    told = {
        "Data": _data(first),
        "Images": f"{first.metrics['n_test']} of the {first.metrics['split']} split",
        "Tasks": _tasks(first),
        **_budgets(groups),
        "Epoch kept": str(first.metrics["selection"]),
    }
    machines = machines_of(runs)
    told |= {"Machine": machines} if machines else {}
    commits = sorted({run.commit for run in runs if run.commit})
    return told | ({"Commit": f"started from {', '.join(commits)}"} if commits else {})


def _data(run: Run) -> str:
    dataset = run.params["dataset"]
    side = (
        f", {dataset['side']} \N{MULTIPLICATION SIGN} {dataset['side']} pixels"
        if dataset["side"]
        else ""
    )
    source = "" if dataset["source"] == dataset["name"] else f" ({dataset['source']})"
    return f"{dataset['name']}{source}{side}, split seed {dataset['split_seed']}"


def _tasks(run: Run) -> str:
    classes = {task: entry["classes"] for task, entry in run.params["tasks"].items()}
    split = "; ".join(f"{task}: {', '.join(map(str, ids))}" for task, ids in classes.items())
    return f"{len(classes)}, of the classes {split}"


def _budgets(groups: Mapping[str, Sequence[Run]]) -> dict[str, str]:
    """One, where all have the same; a method without impressions has no budget for them."""
    texts: dict[str, list[str]] = {}
    for label, runs in groups.items():
        texts.setdefault(budget(runs[0].params), []).append(label)
    named = {
        override.partition("=")[2]
        for runs in groups.values()
        for override in runs[0].params.get("overrides") or []
        if override_key(override) == "budget"
    }
    name = f"{named.pop()}: " if len(named) == 1 else ""
    whole = [text for text in texts if not any(o != text and o.startswith(text) for o in texts)]
    if len(whole) == 1:
        return {"Budget": f"{name}{whole[0]}"}
    return {f"Budget of {', '.join(labels)}": f"{name}{text}" for text, labels in texts.items()}
