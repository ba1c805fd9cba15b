"""task.json and the arrays beside it."""

import dataclasses
import json

import numpy as np
import pytest

from ccsi.frame.errors import ArtifactError
from ccsi.tasks.images import LabelledImages
from ccsi.tasks.task_files import (
    TaskData,
    TaskInfo,
    TestData,
    load_task,
    load_test,
    save_task,
    save_test,
)

INFO = TaskInfo(
    task="t2",
    class_ids=(2, 3),
    class_names=("größe", "白血球"),
    source_classes=(5, 1),
    channels=3,
    side=8,
    symmetries=("transpose",),
    grouped_split=True,
    source="npz",
    dataset="mine",
    licence=None,
    counts={"train": 4, "val": 2},
    warnings=("a line",),
)


def images(count):
    pixels = np.random.default_rng(count).integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
    return LabelledImages(pixels, np.array([2, 3] * (count // 2)))


@pytest.fixture
def task():
    return TaskData(INFO, images(4), images(2))


@pytest.mark.parametrize("memory_map", [False, True])
def test_a_task_comes_back_as_it_was(tmp_path, task, memory_map):
    save_task(tmp_path, task)
    found = load_task(tmp_path, memory_map=memory_map)
    assert found.info == INFO
    assert isinstance(found.train.images, np.memmap) == memory_map
    for split in ("train", "val"):
        assert np.array_equal(getattr(found, split).images, getattr(task, split).images)
        assert np.array_equal(getattr(found, split).labels, getattr(task, split).labels)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "task.json",
        "train_images.npy",
        "train_labels.npy",
        "val_images.npy",
        "val_labels.npy",
    ]


def test_test_images_come_back_as_they_were(tmp_path):
    info = dataclasses.replace(INFO, counts={"test": 4})
    save_test(tmp_path, TestData(info, images(4)))
    found = load_test(tmp_path, memory_map=True)
    assert found.info == info
    assert np.array_equal(found.test.images, images(4).images)


def test_the_same_task_gives_the_same_bytes(tmp_path, task):
    save_task(tmp_path / "a", task)
    save_task(tmp_path / "b", task)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"side": 9}, "differ in side or channels"),
        ({"channels": 1}, "differ in side or channels"),
        ({"class_ids": [0, 1]}, "classes that task.json lacks"),
        ({"class_names": "ab"}, "is no list"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_task_json_that_does_not_fit_is_refused(tmp_path, task, change, word):
    save_task(tmp_path, task)
    record = json.loads((tmp_path / "task.json").read_text())
    (tmp_path / "task.json").write_text(json.dumps(record | change))
    with pytest.raises(ArtifactError, match=word):
        load_task(tmp_path)


def test_missing_or_damaged_arrays_are_refused(tmp_path, task):
    with pytest.raises(ArtifactError, match=r"task\.json"):
        load_task(tmp_path)
    save_task(tmp_path, task)
    np.save(tmp_path / "val_images.npy", np.zeros((2, 8, 8, 3)))
    with pytest.raises(ArtifactError, match=r"val_images\.npy: images are float64"):
        load_task(tmp_path)
    (tmp_path / "train_images.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(ArtifactError, match=r"train_images\.npy"):
        load_task(tmp_path)
