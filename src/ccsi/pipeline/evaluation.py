"""The evaluation of one model on the images of the tasks it has seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ccsi.artifacts import save_array, save_json
from ccsi.data.images import LabelledImages
from ccsi.data.task_files import TaskInfo, load_task, load_test
from ccsi.errors import ArtifactError
from ccsi.evaluation.record import Circumstances, SeenTask, evaluate
from ccsi.models.classifier import Classifier
from ccsi.models.predict import predict
from ccsi.params.evaluate import EvaluateParams
from ccsi.pipeline.pictures import Shown, choose_shown


@dataclass(frozen=True)
class Evaluation:
    """record: for evaluation.json; probabilities [N, K], labels [N], tasks [N]; what is shown."""

    record: Mapping[str, Any]
    probabilities: np.ndarray
    labels: np.ndarray
    tasks: np.ndarray
    shown: list[Shown]


def evaluate_model(
    classifier: Classifier, images: Path, params: EvaluateParams, *, method: str
) -> Evaluation:
    """Predict the images under `images`/<task> of every task the model has learned.

    A task whose folder is not there (its data is purged, or lies elsewhere) is left unmeasured.
    Raises ArtifactError where no task can be measured.
    """
    seen = [
        SeenTask(task, ids, tuple(classifier.class_names[c] for c in ids))
        for task, ids in classifier.tasks.items()
    ]
    infos: list[TaskInfo] = []
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    shown: list[Shown] = []
    for index, task in enumerate(seen):
        folder = images / task.task
        if folder.is_dir():
            info, found = _load(folder, params.split)
            pixels = torch.from_numpy(np.array(found.images)).permute(0, 3, 1, 2).contiguous()
            probabilities = predict(classifier, pixels, batch=params.batch).numpy()
            infos.append(info)
            parts.append((probabilities, found.labels, np.full(len(found.labels), index)))
            shown.append(choose_shown(classifier, found, probabilities, batch=params.batch))
    if not parts:
        raise ArtifactError(f"{images} holds no images of a task that the model has learned")
    probabilities, labels, tasks = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    circumstances = _circumstances(classifier, infos, params, method)
    record = evaluate(
        probabilities, labels, tasks, seen=seen, circumstances=circumstances, bins=params.bins
    )
    return Evaluation(record, probabilities, labels, tasks, shown)


def save_evaluation(folder: Path, evaluation: Evaluation) -> None:
    """Write the record and the arrays it was computed from."""
    save_json(folder / "evaluation.json", evaluation.record)
    save_array(folder / "probabilities.npy", evaluation.probabilities)
    save_array(folder / "labels.npy", evaluation.labels)
    save_array(folder / "tasks.npy", evaluation.tasks)


def _load(folder: Path, split: str) -> tuple[TaskInfo, LabelledImages]:
    if split == "val":
        data = load_task(folder)
        return data.info, data.val
    test = load_test(folder)
    return test.info, test.test


def _circumstances(
    classifier: Classifier, infos: list[TaskInfo], params: EvaluateParams, method: str
) -> Circumstances:
    history = classifier.history
    return Circumstances(
        dataset=infos[-1].dataset,
        method=method,
        seed=history[-1].seed,
        split=params.split,
        selection="best" if any(learned.selection == "best" for learned in history) else "last",
        data_free=all(learned.data_free for learned in history),
        grouped_split=all(info.grouped_split for info in infos),
    )
