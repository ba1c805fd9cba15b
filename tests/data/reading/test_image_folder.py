"""The sources folder and arrivals."""

import shutil

import numpy as np
import pytest
from PIL import Image

from ccsi.data.reading import image_folder
from ccsi.data.reading.splits import split_by_class
from ccsi.data.sources import arrivals, folder
from ccsi.frame.errors import DataError
from tests.data.builders import dataset_params, group_rows, write_images, write_table

COUNTS = {"a": 10, "b": 10, "c": 20}


def pictures(images):
    return {image.tobytes() for image in images.images}


def load(root, classes=(0, 1, 2), **changes):
    return folder.load(dataset_params("folder", path=str(root), **changes), root, classes)


def test_every_image_is_in_one_split(tmp_path):
    found = load(write_images(tmp_path, COUNTS))
    assert [len(s) for s in (found.train, found.val, found.test)] == [28, 4, 8]
    assert len(pictures(found.train) | pictures(found.val) | pictures(found.test)) == 40
    assert found.names == ("a", "b", "c")
    assert found.train.images.shape == (28, 8, 8, 3)
    assert not found.grouped


def test_the_classes_asked_for_are_read_alike(tmp_path):
    write_images(tmp_path, COUNTS)
    whole, part = load(tmp_path), load(tmp_path, (2, 0))
    assert part.names == ("c", "a")
    for label, source in enumerate((2, 0)):
        expected = whole.train.images[whole.train.labels == source]
        assert np.array_equal(part.train.images[part.train.labels == label], expected)


def test_the_split_seed_decides(tmp_path):
    write_images(tmp_path, COUNTS)
    first = pictures(load(tmp_path).test)
    assert pictures(load(tmp_path).test) == first
    assert pictures(load(tmp_path, split_seed=1).test) != first


def test_given_splits_are_kept(tmp_path):
    for i, split in enumerate(("train", "val", "test")):
        write_images(tmp_path / split, {"a": i + 1, "b": 2}, first=10 * i)
    found = load(tmp_path, (0, 1))
    assert [len(s) for s in (found.train, found.val, found.test)] == [3, 4, 5]


def test_groups_stay_whole(tmp_path):
    write_images(tmp_path, COUNTS)
    files = [f"{name}/{i}.png" for name, count in COUNTS.items() for i in range(count)]
    patient = {file: str(int(file[2:-4]) // 2) for file in files}
    write_table(tmp_path / "groups.csv", group_rows(patient))
    found = load(tmp_path, groups="groups.csv")
    assert found.grouped
    where = {}
    for split, data in (("train", found.train), ("val", found.val), ("test", found.test)):
        for image in pictures(data):
            where[image] = split
    splits = {}
    for file, group in patient.items():
        image = np.asarray(Image.open(tmp_path / file)).tobytes()
        splits.setdefault(group, set()).add(where[image])
    assert all(len(found) == 1 for found in splits.values())


def test_given_splits_with_a_crossing_group_are_refused(tmp_path):
    for split in ("train", "val", "test"):
        write_images(tmp_path / split, {"a": 1, "b": 1})
    files = [f"{split}/{name}/0.png" for split in ("train", "val", "test") for name in "ab"]
    patient = {file: file[:-6] for file in files} | {"val/b/0.png": "ann", "test/a/0.png": "ann"}
    write_table(tmp_path / "groups.csv", group_rows(patient))
    with pytest.raises(DataError, match="group 'ann' is in both val and test"):
        load(tmp_path, (0, 1), groups="groups.csv")


def test_too_few_groups_are_refused(tmp_path):
    write_images(tmp_path, {"a": 6, "b": 6})
    patient = {f"{name}/{i}.png": f"{name}{i % 2}" for name in "ab" for i in range(6)}
    write_table(tmp_path / "groups.csv", group_rows(patient))
    with pytest.raises(DataError, match="class 'a' has no val images"):
        load(tmp_path, (0, 1), groups="groups.csv")


def test_mixed_channels_need_a_choice(tmp_path):
    write_images(tmp_path, {"a": 3}, mode="L")
    write_images(tmp_path, {"b": 3})
    with pytest.raises(DataError, match=r"b/0\.png is in colour, a/0\.png is not"):
        load(tmp_path, (0, 1))
    assert load(tmp_path, (0,), channels=3).train.images.shape[3] == 3
    assert load(tmp_path, (1,), channels=1).train.images.shape[3] == 1


def test_grayscale_stays_grayscale(tmp_path):
    assert load(write_images(tmp_path, {"a": 3, "b": 3}, mode="L"), (0,)).train.images.shape[3] == 1


def test_other_sizes_need_a_side(tmp_path):
    write_images(tmp_path, {"a": 3})
    write_images(tmp_path, {"b": 3}, side=9)
    with pytest.raises(DataError, match="9 x 9 pixels"):
        load(tmp_path, (0,))
    assert load(tmp_path, (1,), side=12).train.images.shape[1:3] == (12, 12)


def test_a_bad_image_of_another_class_is_found_too(tmp_path):
    write_images(tmp_path, {"a": 3, "b": 3})
    (tmp_path / "b" / "1.png").write_bytes(b"damaged")
    with pytest.raises(DataError, match=r"1\.png: cannot be decoded"):
        load(tmp_path, (0,))


def test_an_image_that_vanishes_after_the_headers_were_judged_is_named(tmp_path, monkeypatch):
    write_images(tmp_path, COUNTS)

    def split_and_lose(*arguments, **options):
        (tmp_path / "b/3.png").unlink()
        return split_by_class(*arguments, **options)

    monkeypatch.setattr(image_folder, "split_by_class", split_and_lose)
    with pytest.raises(DataError, match=r"b/3\.png: cannot be decoded: .*No such file") as raised:
        load(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_path_is_needed(tmp_path):
    with pytest.raises(DataError, match=r"dataset\.path is null"):
        folder.class_names(dataset_params("folder"))


@pytest.fixture
def visits(tmp_path):
    """Two arrivals in which patients come back."""
    for visit, names in (("2023", "ab"), ("2024", "cd")):
        root = write_images(tmp_path / visit, dict.fromkeys(names, 40))
        patient = {f"{name}/{i}.png": f"patient {i}" for name in names for i in range(40)}
        write_table(root / "groups.csv", group_rows(patient))
    return tmp_path


def test_a_patient_who_comes_back_stays_in_the_split(visits):
    dataset = dataset_params("arrivals", path=str(visits), groups="groups.csv")

    def test_patients(visit, name):
        found = arrivals.load(dataset, visits / visit, (0, 1))
        assert found.grouped
        own = {
            np.asarray(Image.open(visits / visit / name / f"{i}.png")).tobytes(): i
            for i in range(40)
        }
        return {own[image] for image in pictures(found.test) if image in own}

    first = test_patients("2023", "a")
    shutil.rmtree(visits / "2023")
    assert test_patients("2024", "c") == first
    assert first


def test_an_arrival_reads_nothing_else(visits):
    dataset = dataset_params("arrivals", path=str(visits))
    before = arrivals.load(dataset, visits / "2024", (2, 3))
    shutil.rmtree(visits / "2023")
    after = arrivals.load(dataset, visits / "2024", (2, 3))
    assert np.array_equal(before.train.images, after.train.images)
    assert after.names == ("c", "d")


def test_an_arrival_with_other_classes_than_laid_out_is_refused(visits):
    dataset = dataset_params("arrivals", path=str(visits))
    with pytest.raises(DataError, match="2 class folders, 3 were laid out"):
        arrivals.load(dataset, visits / "2024", (2, 3, 4))
