"""How good impressions are after so many iterations, at which cost.

Good is what the synthesis is for: the accuracy, on real validation images, of networks trained on
the impressions alone. Test images are not read.
"""

from __future__ import annotations

import dataclasses
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from ccsi import api
from ccsi.audit.networks import epochs_for
from ccsi.config.compose import compose_params
from ccsi.data.params import DatasetParams
from ccsi.data.reading.prepare import prepare
from ccsi.frame.section import parse
from ccsi.tasks.images import LabelledImages

CONF = Path(__file__).resolve().parents[2] / "conf"
TASKS, IMPRESSIONS, TRAININGS, SHOWN = 2, 20, 4, 4000
BUDGET = "the budget's own"
# Changes to the budget's synthesis, by row.
ROWS: dict[str, dict[str, Any]] = {
    "starts": {"iterations": 1, "warmup": 0, "lr": 1e-9},
    BUDGET: {},
    "a tenth of paper, a tenth of its step": {"iterations": 500, "warmup": 10, "lr": 0.005},
    "a tenth of paper": {"iterations": 500, "warmup": 10, "lr": 0.05},
    "paper": {"iterations": 5000, "warmup": 100, "lr": 0.05},
}


@dataclass(frozen=True)
class Quality:
    """Of one row: settings, cost, and shares in [0, 1].

    recognised: impressions that a network of real images gives their class. accuracies: on real
    validation images, of networks trained on the impressions alone.
    """

    row: str
    iterations: int
    lr: float
    cpu_seconds: float
    recognised: float
    accuracy: float
    accuracies: list[float]


def measure(
    choices: Sequence[str] = (),
    *,
    rows: Mapping[str, Mapping[str, Any]] = ROWS,
    impressions: int = IMPRESSIONS,
    trainings: int = TRAININGS,
    shown: int = SHOWN,
) -> Iterator[Quality]:
    """Rows as they are measured, for the classes of the first two tasks.

    choices: as after `ccsi config`. shown: images shown to a network in its training.
    """
    params = compose_params(CONF, choices)
    train, val, names = real_images(params)
    settings = settings_of(params)
    taught, judge = (
        api.train(train.images, train.labels, names, dataclasses.replace(settings, seed=seed))
        for seed in (0, 1)
    )
    for row, changes in rows.items():
        chosen = settings.synthesis.model_copy(
            update={"impressions_per_class": impressions, **changes}
        )
        before = time.process_time()
        made = api.synthesize(taught, dataclasses.replace(settings, synthesis=chosen))
        spent = time.process_time() - before
        epochs = epochs_for(len(made[0]), shown=shown)
        learner = settings.train.model_copy(update={"epochs": epochs, "select": "last"})
        accuracies = []
        for seed in range(trainings):
            own = dataclasses.replace(settings, train=learner, seed=seed)
            accuracies.append(_share(api.train(*made, names, own), val.images, val.labels))
        yield Quality(
            row=row,
            iterations=chosen.iterations,
            lr=chosen.lr,
            cpu_seconds=round(spent, 1),
            recognised=_share(judge, *made),
            accuracy=statistics.fmean(accuracies),
            accuracies=accuracies,
        )


def real_images(params: Mapping[str, Any]) -> tuple[LabelledImages, LabelledImages, list[str]]:
    """Training and validation images of the first two tasks as the pipeline has them; names."""
    dataset = parse(DatasetParams, params["dataset"], where="dataset")
    parts = []
    for task, entry in list(params["tasks"].items())[:TASKS]:
        wanted = {"classes": entry["classes"], "first_id": entry["first_id"]}
        parts.append(prepare(dataset, task=task, raw=Path(entry["reads"]), **wanted)[0])
    train, val = (
        LabelledImages(
            np.concatenate([images.images for images in sets]),
            np.concatenate([images.labels for images in sets]),
        )
        for sets in ([part.train for part in parts], [part.val for part in parts])
    )
    return train, val, [name for part in parts for name in part.info.class_names]


def settings_of(params: Mapping[str, Any]) -> api.Settings:
    """The library's settings from composed parameters."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "params.yaml"
        file.write_text(yaml.safe_dump(dict(params)))
        return api.read_settings(file)


def _share(model: api.Model, images: api.Images, labels: api.Labels) -> float:
    return float((api.predict(model, images).argmax(1) == labels).mean())
