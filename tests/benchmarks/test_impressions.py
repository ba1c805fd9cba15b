"""The quality of impressions is measured on the images it says, and tells good ones from bad."""

from pathlib import Path

import numpy as np

from ccsi.config.compose import compose_params
from ccsi.data.params import DatasetParams
from ccsi.data.reading.prepare import prepare
from ccsi.frame.section import parse
from tests.benchmarks.impressions import BUDGET, CONF, measure, real_images

TINY = ["train.epochs=3", "dataset.fraction=0.5"]


def test_real_images_are_of_the_first_two_tasks_and_none_is_a_test_image() -> None:
    params = compose_params(CONF)
    train, val, names = real_images(params)
    assert len(set(names)) == 4
    assert set(train.labels) == set(val.labels) == set(range(4))
    dataset, first = parse(DatasetParams, params["dataset"], where="dataset"), params["tasks"]["t1"]
    _, test = prepare(
        dataset, task="t1", classes=first["classes"], first_id=0, raw=Path(first["reads"])
    )
    read = {image.tobytes() for images in (train, val) for image in images.images}
    assert not read & {image.tobytes() for image in test.test.images}
    assert len(read) == len(train) + len(val)


def test_the_budgets_own_row_has_its_settings_and_noise_teaches_little() -> None:
    rows = {BUDGET: {}, "noise": {"start": "noise", "iterations": 1, "warmup": 0, "lr": 1e-9}}
    own, noise = measure(TINY, rows=rows, impressions=10, trainings=1, shown=800)
    synthesis = compose_params(CONF)["synthesis"]
    assert (own.row, own.iterations, own.lr) == (BUDGET, synthesis["iterations"], synthesis["lr"])
    assert own.accuracy > 0.5 > noise.accuracy
    assert own.recognised > noise.recognised
    assert np.mean(own.accuracies) == own.accuracy
