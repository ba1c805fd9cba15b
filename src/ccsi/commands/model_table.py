"""`ccsi info MODEL`: what a model knows, and how it came to know it."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ccsi.inference.trained_model import TrainedModel
from ccsi.models.classifier import Learned


def print_model(model: TrainedModel, console: Console | None = None) -> None:
    """Print the model's facts, then its classes in order of arrival."""
    out = console or Console(highlight=False, soft_wrap=True)
    out.print(facts_table(model))
    out.print(classes_table(model))
    out.print(escape(model.in_words()))


def facts_table(model: TrainedModel) -> Table:
    """What holds for the whole model, one row each."""
    network, calibration = model.classifier, model.calibration
    channels = "grayscale" if network.channels == 1 else "colour"
    seeds = {learned.seed for learned in network.history}
    facts = {
        "model": str(model.path),
        "images": f"{model.side} x {model.side} pixels, {channels}, 8 bits",
        "parameters": f"{sum(p.numel() for p in network.parameters()):,}",
        "data-free": _yes(all(x.data_free for x in network.history)),
        "seed": ", ".join(str(seed) for seed in sorted(seeds)),
        "temperature": f"{model.temperature:.3f}" if calibration else "not fitted",
        "data set": model.dataset or "unknown",
        "licence of the data": model.licence or "unknown",
    }
    table = Table(show_header=False)
    for name, value in facts.items():
        table.add_row(name, escape(value))
    return table


def classes_table(model: TrainedModel) -> Table:
    """One row for each class: its id, name and task, and how the task was learned."""
    history = {learned.task: learned for learned in model.classifier.history}
    last = next(reversed(history.values()), None)  # joint training: all tasks together
    table = Table()
    for column in ("id", "class", "task", "method", "epoch kept", "data-free"):
        table.add_column(column, justify="right" if column == "id" else "left")
    for task, ids in model.classifier.tasks.items():
        told = _how(history.get(task) or last)
        for number in ids:
            name = escape(model.classifier.class_names[number])
            table.add_row(str(number), name, task, *told)
        table.add_section()
    return table


def _how(learned: Learned | None) -> tuple[str, str, str]:
    if learned is None:
        return "unknown", "unknown", "unknown"
    return learned.method or "training", learned.selection, _yes(learned.data_free)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
