"""The evaluation of one model on the images of the tasks it has seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ccsi.evaluation.calibration_record import sha256
from ccsi.evaluation.params import EvaluateParams
from ccsi.evaluation.record import Circumstances, SeenTask, evaluate
from ccsi.frame.artifacts import save_array, save_json
from ccsi.models.classifier import Classifier, parts_of, predict_parts
from ccsi.models.store import MODEL_FILE, load_classifier
from ccsi.pipeline.pictures import Shown, choose_shown
from ccsi.tasks.images import LabelledImages
from ccsi.tasks.task_files import TaskInfo, load_task, load_test


@dataclass(frozen=True)
class Evaluation:
    """record: for evaluation.json; probabilities [N, K], labels [N], tasks [N]; what is shown."""

    record: Mapping[str, Any]
    probabilities: np.ndarray
    labels: np.ndarray
    tasks: np.ndarray
    classifier: Classifier
    shown: list[Shown]


def evaluate_model(
    model: Path, images: Path, params: EvaluateParams, *, method: str, dataset: str
) -> Evaluation:
    """Predict the images under `images`/<task> of every task that the model in `model` knows.

    A task whose folder is not there (purged, or elsewhere) is left unmeasured; where
    all are, every number of the record is None.
    """
    file = model / MODEL_FILE
    classifier, digest = load_classifier(file), sha256(file)
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
            probabilities = predict_parts(classifier, _tensors(found.images, params.batch)).numpy()
            infos.append(info)
            parts.append((probabilities, found.labels, np.full(len(found.labels), index)))
            shown.append(choose_shown(classifier, found, probabilities, batch=params.batch))
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        parts = [(np.zeros((0, classifier.n_classes), dtype=np.float32), nothing, nothing)]
    probabilities, labels, tasks = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    circumstances = _circumstances(
        classifier, infos, params, method=method, dataset=dataset, model_sha256=digest
    )
    record = evaluate(
        probabilities, labels, tasks, seen=seen, circumstances=circumstances, bins=params.bins
    )
    return Evaluation(record, probabilities, labels, tasks, classifier, shown)


def save_evaluation(folder: Path, evaluation: Evaluation) -> None:
    """Write the record and the arrays it was computed from."""
    save_json(folder / "evaluation.json", evaluation.record)
    save_array(folder / "probabilities.npy", evaluation.probabilities)
    save_array(folder / "labels.npy", evaluation.labels)
    save_array(folder / "tasks.npy", evaluation.tasks)


def _load(folder: Path, split: str) -> tuple[TaskInfo, LabelledImages]:
    if split == "val":
        data = load_task(folder, memory_map=True)
        return data.info, data.val
    test = load_test(folder, memory_map=True)
    return test.info, test.test


def _tensors(images: np.ndarray, most: int) -> Iterator[torch.Tensor]:
    """Images uint8 [N, H, W, C], possibly mapped, as tensors [n, C, H, W] of at most `most`."""
    for part in parts_of(images, most=most):
        yield torch.from_numpy(part).permute(0, 3, 1, 2).contiguous()


def _circumstances(
    classifier: Classifier,
    infos: list[TaskInfo],
    params: EvaluateParams,
    *,
    method: str,
    dataset: str,
    model_sha256: str,
) -> Circumstances:
    history = classifier.history
    return Circumstances(
        dataset=dataset,
        method=method,
        seed=history[-1].seed,
        split=params.split,
        selection="best" if any(learned.selection == "best" for learned in history) else "last",
        data_free=all(learned.data_free for learned in history),
        grouped_split=bool(infos) and all(info.grouped_split for info in infos),
        model_sha256=model_sha256,
    )
