"""Predictions as text, and no more than a batch of images in memory."""

import csv
import dataclasses
import io
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ccsi.class_means import ClassMeans, save_means
from ccsi.evaluation.calibration_record import save_calibration, sha256
from ccsi.frame.errors import ArtifactError
from ccsi.inference.image_batches import read_batches
from ccsi.inference.image_inputs import Wanted, find_inputs
from ccsi.inference.predictions import Prediction, csv_lines, json_lines, predict_images
from ccsi.inference.trained_model import load_trained_model
from ccsi.models.store import save_classifier
from tests.evaluation.test_calibration_record import SOUND
from tests.toy_networks import classifier

WANTED = Wanted(side=8, channels=1)
NAMES = ("normal, benign", "malignant")


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    """A model with class means of 8 x 8 images beside it, as `ccsi.api.save` leaves it."""
    folder = tmp_path / "model"
    save_classifier(folder / "model.safetensors", classifier())
    means = np.zeros((2, 8, 8, 1), dtype=np.float32)
    save_means(folder, ClassMeans(means, ("class 0", "class 1"), (1, 1)))
    return folder


def two() -> Iterator[Prediction]:
    yield Prediction("a.png", np.array([0.25, 0.75]))
    yield Prediction("b.png", np.array([0.5, 0.5]))


def test_csv_has_a_row_for_each_image() -> None:
    rows = list(csv.reader(io.StringIO("".join(csv_lines(two(), NAMES)))))
    assert rows[0] == ["image", "class", "class_id", "probability", *(f"p:{n}" for n in NAMES)]
    assert rows[1] == ["a.png", "malignant", "1", "0.750000", "0.250000", "0.750000"]
    assert len(rows) == 3


def test_json_is_one_list() -> None:
    records = json.loads("".join(json_lines(two(), NAMES)))
    assert [record["class"] for record in records] == ["malignant", "normal, benign"]
    assert records[0]["probabilities"] == {"normal, benign": 0.25, "malignant": 0.75}
    assert json.loads("".join(json_lines(iter(()), NAMES))) == []


def test_files_and_arrays_come_in_order(tmp_path: Path) -> None:
    pixels = np.arange(5 * 64, dtype=np.uint8).reshape(5, 8, 8)
    np.savez(tmp_path / "x.npz", images=pixels)
    Image.fromarray(pixels[4]).save(tmp_path / "one.png")
    inputs = find_inputs([str(tmp_path / name) for name in ("one.png", "x.npz", "one.png")])
    batches = list(read_batches(inputs, WANTED, length=2))
    assert [len(batch.names) for batch in batches] == [1, 2, 2, 1, 1]
    found = np.concatenate([batch.images for batch in batches])[..., 0]
    assert np.array_equal(found, pixels[[4, 0, 1, 2, 3, 4, 4]])
    assert batches[2].names[0] == f"{tmp_path}/x.npz:images[2]"


def test_ten_thousand_images_need_no_more_memory_than_a_batch(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", images=np.zeros((10_000, 64, 64), dtype=np.uint8))  # 41 MB
    inputs = find_inputs([str(tmp_path / "x.npz")])
    tracemalloc.start()
    count = sum(
        len(batch.names)
        for batch in read_batches(inputs, Wanted(64, 1), length=64)  # 262 KB
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 10_000
    assert peak < 3_000_000


def test_predictions_are_the_networks_own_without_a_calibration(
    model_folder: Path, tmp_path: Path
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 8), dtype=np.uint8)
    np.savez(tmp_path / "x.npz", images=pixels)
    model = load_trained_model(model_folder)
    found = list(predict_images(model, find_inputs([str(tmp_path / "x.npz")]), WANTED))
    expected = model.probabilities(pixels[..., None])
    assert np.allclose([row.probabilities for row in found], expected)
    assert "not temperature-scaled" in model.in_words()


def test_a_calibration_beside_the_model_is_used_and_one_of_another_refused(
    model_folder: Path,
) -> None:
    save_calibration(model_folder, SOUND)
    with pytest.raises(ArtifactError, match="of another model"):
        load_trained_model(model_folder)
    digest = sha256(model_folder / "model.safetensors")
    save_calibration(model_folder, dataclasses.replace(SOUND, model_sha256=digest))
    assert load_trained_model(model_folder).temperature == SOUND.temperature


def test_a_model_of_which_nothing_says_what_it_takes_is_refused(model_folder: Path) -> None:
    (model_folder / "means.npy").unlink()
    with pytest.raises(ArtifactError, match="says which images it was made for"):
        load_trained_model(model_folder)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_model_with_weights_that_are_no_numbers_is_refused(
    model_folder: Path, value: float
) -> None:
    damaged = classifier()
    next(damaged.parameters()).data.view(-1)[3] = value
    save_classifier(model_folder / "model.safetensors", damaged)
    with pytest.raises(ArtifactError, match=r"model\.safetensors: .* holds NaN or infinity"):
        load_trained_model(model_folder)
