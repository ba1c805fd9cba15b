"""What an evaluation shows: the first images, the surest mistakes over all tasks, a map."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ccsi.frame.artifacts import load_array, load_json, load_table, save_array
from ccsi.pipeline.pictures import (
    EXAMPLES,
    MAPPED,
    MISTAKES,
    Shown,
    choose_shown,
    features_of,
    save_shown,
)
from ccsi.tasks.images import LabelledImages
from tests.toy_networks import classifier

N = 60


def labelled(classes: tuple[int, int], seed: int) -> LabelledImages:
    generator = np.random.default_rng(seed)
    images = generator.integers(0, 256, (N, 8, 8, 1), dtype=np.uint8)
    return LabelledImages(images, np.array(classes * (N // 2)))


def sure(found: LabelledImages, *, wrong: list[int], confidence: float) -> np.ndarray:
    """Probabilities of two classes, right but for the rows in `wrong`."""
    right = np.where(np.isin(np.arange(N), wrong), 1 - found.labels, found.labels)
    told = np.full((N, 2), 1 - confidence, np.float32)
    told[np.arange(N), right] = confidence
    return told


@pytest.fixture
def shown() -> list[Shown]:
    """Two parts of the same two classes; the second part's mistakes are the surer ones."""
    network = classifier()
    parts = []
    for seed, confidence in ((0, 0.7), (1, 0.9)):
        found = labelled((0, 1), seed)
        told = sure(found, wrong=list(range(8)), confidence=confidence)
        parts.append(choose_shown(network, found, told, batch=7))
    return parts


def test_the_first_of_each_class_are_shown_and_counted(shown: list[Shown]) -> None:
    found = labelled((0, 1), 0)
    assert np.bincount(shown[0].example_labels).tolist() == [EXAMPLES, EXAMPLES]
    assert np.array_equal(shown[0].examples[:EXAMPLES], found.images[found.labels == 0][:EXAMPLES])
    assert np.bincount(shown[0].feature_labels).tolist() == [N // 2, N // 2]
    assert N // 2 <= MAPPED


def test_the_surest_mistakes_of_all_parts_are_kept(shown: list[Shown], tmp_path: Path) -> None:
    save_shown(tmp_path, shown, classifier(), tmp_path / "none", batch=7)
    rows = load_table(tmp_path / "mistakes.csv")
    assert [float(row["confidence"]) for row in rows] == pytest.approx([0.9] * 8 + [0.7] * 4)
    assert all(row["true"] != row["predicted"] for row in rows)
    mistakes = load_array(tmp_path / "mistakes.npy")
    assert len(mistakes) == MISTAKES
    assert np.array_equal(mistakes[:8], labelled((0, 1), 1).images[:8])


def test_impressions_lie_on_the_axes_of_the_real_features(
    shown: list[Shown], tmp_path: Path
) -> None:
    made = tmp_path / "impressions"
    save_array(made / "images.npy", labelled((0, 1), 0).images)
    save_array(made / "labels.npy", labelled((0, 1), 0).labels)
    save_shown(tmp_path / "with", shown, classifier(), made, batch=7)
    save_shown(tmp_path / "without", shown, classifier(), tmp_path / "none", batch=7)
    points = load_table(tmp_path / "with/features.csv")
    real = [point for point in points if point["kind"] == "real"]
    assert real == load_table(tmp_path / "without/features.csv")
    # The impressions here are the images of the first part, so they lie where those do.
    synthetic = [(p["class_id"], p["x"], p["y"]) for p in points if p["kind"] == "impression"]
    assert synthetic == [(p["class_id"], p["x"], p["y"]) for p in real[:N]]
    explained = load_json(tmp_path / "with/features.json")["explained"]
    assert 1 >= explained[0] >= explained[1] >= 0


def test_without_any_image_the_files_are_there_and_empty(tmp_path: Path) -> None:
    save_shown(tmp_path, [], classifier(), tmp_path / "none", batch=7)
    assert len(load_array(tmp_path / "examples.npy")) == 0
    assert load_table(tmp_path / "mistakes.csv") == []
    assert load_table(tmp_path / "features.csv") == []


def test_features_do_not_depend_on_the_batches() -> None:
    images, network = labelled((0, 1), 0).images, classifier().train()
    whole, parts = (features_of(network, images, batch=b) for b in (N, 7))
    np.testing.assert_allclose(whole, parts, rtol=1e-5, atol=1e-6)
