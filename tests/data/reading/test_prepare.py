"""One task, from source to labels by arrival."""

from pathlib import Path

import numpy as np
import pytest

from ccsi.data.layout import lay_out
from ccsi.data.reading.prepare import prepare
from ccsi.frame.errors import DataError
from ccsi.tasks.task_files import load_info, load_task, load_test, save_task, save_test
from tests.data.builders import dataset_params, npz_arrays, write_images, write_npz

NOTHING = Path("data/none")
REAL = Path(__file__).parents[3].parent / "shared" / "data"


def test_digits(tmp_path):
    dataset = dataset_params("digits")
    layout = lay_out(dataset)["t2"]
    data, test = prepare(dataset, task="t2", classes=layout.classes, first_id=2, raw=NOTHING)
    assert data.train.images.shape[1:] == (16, 16, 1)
    assert set(data.train.labels) == set(data.val.labels) == set(test.test.labels) == {2, 3}
    assert data.info.class_ids == (2, 3)
    assert data.info.class_names == ("2", "3")
    assert data.info.counts == {"train": 252, "val": 36}
    assert test.info.counts == {"test": 72}
    assert not data.info.grouped_split
    assert data.info.licence == "CC BY 4.0"
    save_task(tmp_path / "task", data)
    save_test(tmp_path / "test", test)
    assert load_task(tmp_path / "task").info == data.info
    assert load_test(tmp_path / "test").info == load_info(tmp_path / "test") == test.info


def test_classes_follow_arrival_not_their_own_numbers():
    dataset = dataset_params("digits")
    swapped, _ = prepare(dataset, task="t1", classes=[7, 4], first_id=0, raw=NOTHING)
    alone, _ = prepare(dataset, task="t3", classes=[7], first_id=5, raw=NOTHING)
    sevens = swapped.train.images[swapped.train.labels == 0]
    assert np.array_equal(sevens, alone.train.images)
    assert swapped.info.source_classes == (7, 4)
    assert set(alone.train.labels) == {5}


def test_the_fraction_thins_out_training_images_only():
    whole, whole_test = prepare(
        dataset_params("digits"), task="t1", classes=[0, 1], first_id=0, raw=NOTHING
    )
    part, part_test = prepare(
        dataset_params("digits", fraction=0.1), task="t1", classes=[0, 1], first_id=0, raw=NOTHING
    )
    for label in (0, 1):
        count = int((whole.train.labels == label).sum())
        assert (part.train.labels == label).sum() == round(0.1 * count)
    assert np.array_equal(part.val.images, whole.val.images)
    assert np.array_equal(part_test.test.images, whole_test.test.images)
    known = {image.tobytes() for image in whole.train.images}
    assert {image.tobytes() for image in part.train.images} <= known


def test_npz_keeps_its_splits(tmp_path):
    arrays = npz_arrays(channels=None)
    path = write_npz(tmp_path / "a.npz", arrays)
    dataset = dataset_params("npz", path=str(path), class_names=["x", "y", "z"], classes=3)
    data, test = prepare(dataset, task="t2", classes=[2, 0], first_id=1, raw=path)
    for found, split in ((data.train, "train"), (data.val, "val"), (test.test, "test")):
        for label, source in ((1, 2), (2, 0)):
            expected = arrays[f"{split}_images"][arrays[f"{split}_labels"][:, 0] == source]
            assert np.array_equal(found.images[found.labels == label][..., 0], expected)
    assert data.info.class_names == ("z", "x")
    assert data.info.channels == 1


@pytest.mark.parametrize(("side", "channels"), [(16, 1), (8, 3), (20, None)])
def test_side_and_channels(tmp_path, side, channels):
    path = write_npz(tmp_path / "a.npz", npz_arrays())
    dataset = dataset_params("npz", path=str(path), side=side, channels=channels)
    data, test = prepare(dataset, task="t1", classes=[0], first_id=0, raw=path)
    assert test.test.images.shape[1:] == (side, side, channels or 3)
    assert (data.info.side, data.info.channels) == (side, channels or 3)


def test_a_folder(tmp_path):
    write_images(tmp_path, {"a": 10, "b": 10})
    dataset = dataset_params("folder", path=str(tmp_path), symmetries=["transpose"])
    data, _ = prepare(dataset, task="t1", classes=[0, 1], first_id=0, raw=tmp_path)
    assert data.info.counts == {"train": 14, "val": 2}
    assert data.info.symmetries == ("transpose",)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"task": "7"}, "task '7' is unknown"),
        ({"task": "t0"}, "unknown"),
        ({"classes": [3, 3]}, "are no task"),
        ({"classes": []}, "are no task"),
        ({"classes": [10]}, r"class 10 is unknown; the data set has 0\.\.9"),
        ({"classes": [-1]}, "class -1 is unknown"),
    ],
)
def test_what_is_no_task_is_refused(changes, word):
    arguments = {"task": "t1", "classes": [0], "first_id": 0, "raw": NOTHING} | changes
    with pytest.raises(DataError, match=word):
        prepare(dataset_params("digits"), **arguments)


@pytest.mark.parametrize(
    ("name", "channels", "counts"),
    [
        ("bloodmnist_rebuilt.npz", 3, {0: (852, 122, 244), 7: (1643, 235, 470)}),
        ("mednist.npz", 1, {4: (2100, 300, 600)}),
    ],
)
def test_real_images(name, channels, counts):
    path = REAL / name
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    dataset = dataset_params("npz", path=str(path))
    data, test = prepare(dataset, task="t1", classes=list(counts), first_id=0, raw=path)
    assert data.train.images.shape[1:] == (28, 28, channels)
    for label, expected in enumerate(counts.values()):
        found = tuple(int((d.labels == label).sum()) for d in (data.train, data.val, test.test))
        assert found == expected
    assert 10 < data.train.images.mean() < 245
