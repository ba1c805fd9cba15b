"""What was run, in the words of params.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SHOWN = ("dataset", "loss", "method", "model", "seed", "synthesis", "train", "update")
"""Keys of params.yaml that the page tells."""
OWN = ("loss", "train", "update", "synthesis")

Settings = Mapping[str, Any]


def budget(settings: Settings) -> str:
    """Epochs, iterations and images: what the run was allowed."""
    train, update, synthesis = (settings[key] for key in ("train", "update", "synthesis"))
    fraction = settings["dataset"]["fraction"]
    images = "all training images" if fraction == 1 else f"{fraction:.0%} of the training images"
    text = f"{images}; {train['epochs']} epochs for the first task, {update['epochs']} for later"
    if settings["method"]["rehearsal"] != "impressions":
        return text
    return (
        f"{text}; {synthesis['impressions_per_class']} impressions per class, "
        f"{synthesis['iterations']} iterations each"
    )


def losses(settings: Settings) -> str:
    """The loss terms of the update that have a weight."""
    used = [
        f"{weight:g} \N{MULTIPLICATION SIGN} {name}"
        for name, weight in settings["loss"].items()
        if weight
    ]
    return " + ".join(used) or "none"


def own_values(tasks: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What single tasks set for themselves, as `t3: update.epochs = 7`."""
    return [
        f"{task}: {key} = {shown(value)}"
        for task, entry in tasks.items()
        for key, value in flat({name: entry[name] for name in OWN if entry[name]})
    ]


def flat(values: Any, above: str = "") -> list[tuple[str, Any]]:
    """Dotted keys with their values, in the file's order."""
    if not isinstance(values, Mapping):
        return [(above, values)]
    return [
        pair
        for key, value in values.items()
        for pair in flat(value, f"{above}.{key}" if above else str(key))
    ]


def shown(value: Any) -> str:
    """A value as YAML would have it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list | tuple):
        return f"[{', '.join(shown(item) for item in value)}]"
    return str(value)
