"""A project folder with models as the pipeline leaves them, without a run."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np

from ccsi.class_means import ClassMeans, save_means
from ccsi.evaluation.calibration_record import save_calibration, sha256
from ccsi.models.store import save_classifier
from ccsi.tasks.task_files import save_task
from tests.evaluation.test_calibration_record import SOUND
from tests.toy_networks import classifier
from tests.toy_tasks import SIDE, toy_task

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
    save_task(root / "data/tasks/t2", toy_task("t2", NAMES))
    return root


def save_model(root: Path, folder: str, *, seed: int) -> None:
    """A network of its own for each seed."""
    save_classifier(root / folder / "model.safetensors", classifier(seed=seed))
