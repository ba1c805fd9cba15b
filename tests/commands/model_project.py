"""A project folder with models as the pipeline leaves them, without a run."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np

from ccsi.class_means import ClassMeans, save_means
from ccsi.evaluation.calibration_record import save_calibration, sha256
from ccsi.models.store import save_classifier
from ccsi.tasks.images import LabelledImages
from ccsi.tasks.task_files import TaskData, TaskInfo, save_task
from tests.evaluation.test_calibration_record import SOUND
from tests.toy_networks import classifier, images

SIDE = 8
NAMES = ("class 0", "class 1")


def model_project(root: Path) -> Path:
    """Tasks t1 and t2; the model of t2, the newest, is calibrated, the one of t1 is not."""
    (root / "conf").mkdir(parents=True)
    (root / "conf/config.yaml").write_text("defaults: []\n")
    tasks = {task: {"model": f"data/models/{task}"} for task in ("t1", "t2")}
    (root / "params.yaml").write_text(json.dumps({"tasks": tasks}))
    for seed, task in enumerate(tasks):
        save_model(root, f"data/models/{task}", seed=seed)
        means = np.zeros((2, SIDE, SIDE, 1), dtype=np.float32)
        save_means(root / "data/means" / task, ClassMeans(means, NAMES, (1, 1)))
    digest = sha256(root / "data/models/t2/model.safetensors")
    sound = dataclasses.replace(SOUND, task="t2", model_sha256=digest)
    save_calibration(root / "data/calibration/t2", sound)
    save_task(root / "data/tasks/t2", task_data("t2"))
    return root


def save_model(root: Path, folder: str, *, seed: int) -> None:
    """A network of its own for each seed."""
    save_classifier(root / folder / "model.safetensors", classifier(seed=seed))


def task_data(task: str) -> TaskData:
    """Ten training and six validation images of both classes."""
    train, val = (_labelled(count, seed=count) for count in (10, 6))
    info = TaskInfo(
        task,
        class_ids=(0, 1),
        class_names=NAMES,
        source_classes=(0, 1),
        channels=1,
        side=SIDE,
        symmetries=(),
        grouped_split=False,
        source="npz",
        dataset="toy",
        licence=None,
        counts={"train": 10, "val": 6},
        warnings=(),
    )
    return TaskData(info, train, val)


def _labelled(count: int, *, seed: int) -> LabelledImages:
    pixels, labels = images(count, seed=seed)
    return LabelledImages(pixels.permute(0, 2, 3, 1).contiguous().numpy(), labels.numpy())
