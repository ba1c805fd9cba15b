"""A model card in Hugging Face's format (Mitchell et al., "Model Cards for Model Reporting", 2019).

Nothing is sent anywhere: the card is text.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from ccsi.inference.trained_model import TrainedModel

Record = Mapping[str, Any]
METRICS = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "auc": "AUC (one against the rest)",
    "ece": "Calibration error, as the network gives them",
    "ece_calibrated": "Calibration error, temperature-scaled",
}


def model_card(model: TrainedModel, evaluation: Record | None, *, name: str) -> str:
    """The card's text. evaluation: the evaluation record of this very model, if there is one."""
    header = _card_data(model, evaluation, name).to_yaml()
    parts = [
        f"# {_plain(name)}\n",
        _intended_use(),
        _classes(model),
        _data(model, evaluation),
        _metrics(evaluation),
        _calibration(model),
        _history(model),
        _limits(model, evaluation),
    ]
    return str(ModelCard(f"---\n{header}\n---\n\n" + "\n".join(parts)))


def _card_data(model: TrainedModel, evaluation: Record | None, name: str) -> ModelCardData:
    dataset = _dataset(model, evaluation)
    results = [
        EvalResult(
            task_type="image-classification",
            dataset_type=dataset,
            dataset_name=dataset,
            dataset_split=evaluation["split"],
            metric_type=key,
            metric_name=title,
            metric_value=evaluation[key],
        )
        for key, title in METRICS.items()
        if evaluation is not None and evaluation[key] is not None
    ]
    return ModelCardData(
        model_name=name,
        license="other",
        license_name="bound by the licence of the training data",
        library_name="onnx",
        pipeline_tag="image-classification",
        tags=["class-incremental-learning", "continual-learning", "data-free", "ccsi"],
        eval_results=results or None,
    )


def _intended_use() -> str:
    return (
        "## Intended use\n\n"
        "Research on class-incremental learning. **Not for diagnosis**: it is no medical device, "
        "was tested on the images named below only, and names one of its classes for any image, "
        "also for one of a class that it has never seen.\n"
    )


def _classes(model: TrainedModel) -> str:
    network = model.classifier
    rows = [
        (str(number), network.class_names[number], task)
        for task, ids in network.tasks.items()
        for number in ids
    ]
    kind = "grayscale" if network.channels == 1 else "RGB"
    return (
        f"## Input and classes\n\nImages of {model.side} x {model.side} pixels, {kind}, 8 bits, as "
        "uint8 [N, height, width, channels]; scaling and padding are inside the graph.\n\n"
        + _table(("id", "class", "task"), rows)
    )


def _data(model: TrainedModel, evaluation: Record | None) -> str:
    name = _plain(_dataset(model, evaluation))
    licence = "unknown" if model.licence is None else _plain(model.licence)
    return f"## Data\n\nData set: {name}. Licence of the data: {licence}.\n"


def _dataset(model: TrainedModel, evaluation: Record | None) -> str:
    """Its name, from the model's calibration or images, or else from its evaluation."""
    told = evaluation["dataset"] if evaluation is not None else "unknown"
    return str(model.dataset or told)


def _metrics(evaluation: Record | None) -> str:
    if evaluation is None:
        return "## Metrics\n\nNot measured: there is no evaluation of exactly this model.\n"
    rows = [
        (title, "undefined" if evaluation[key] is None else f"{evaluation[key]:.4f}")
        for key, title in METRICS.items()
    ]
    accuracies = zip(evaluation["tasks"], evaluation["accuracy_per_task"], strict=True)
    rows += [
        (f"Accuracy on {task['task']}", "unmeasured" if share is None else f"{share:.4f}")
        for task, share in accuracies
    ]
    about = f"{evaluation['n']} {evaluation['split']} images, the task not being told"
    return f"## Metrics\n\nOn {about}.\n\n" + _table(("metric", "value"), rows)


def _calibration(model: TrainedModel) -> str:
    found = model.calibration
    told = "Not fitted." if found is None else f"{_plain(found.in_words()).capitalize()}."
    return f"## Temperature scaling\n\n{told}\n"


def _history(model: TrainedModel) -> str:
    rows = [
        (
            learned.task,
            learned.method or "training",
            str(learned.seed),
            learned.selection,
            "yes" if learned.data_free else "no",
        )
        for learned in model.classifier.history
    ]
    columns = ("task", "method", "seed", "epoch kept", "data-free")
    return "## Training history\n\n" + _table(columns, rows)


def _limits(model: TrainedModel, evaluation: Record | None) -> str:
    limits = [
        "Older classes may be recognised less well than when they were new.",
        "The temperature cannot see what was forgotten: no image of an older class was read for "
        "it, and impressions are easier than real images.",
    ]
    if evaluation is not None and evaluation["unmeasured_tasks"]:
        missing = ", ".join(evaluation["unmeasured_tasks"])
        limits.append(f"There were no images to test {missing} on: all metrics leave it out.")
    if evaluation is not None and not evaluation["grouped_split"]:
        limits.append(
            "Patients (or slides) were not known to be kept apart between training and test, so "
            "the metrics may be too good."
        )
    if not all(learned.data_free for learned in model.classifier.history):
        limits.append("Not data-free: images of older tasks were read in training.")
    return "## Limits\n\n" + "".join(f"- {limit}\n" for limit in limits)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *([_plain(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _plain(text: str) -> str:
    """Text from outside, so that it can be neither markup nor another cell."""
    escaped = html.escape(text, quote=False).replace("|", "&#124;")
    return "".join(f"\\{c}" if c in "\\`*_[]!" else c for c in escaped)
