"""Groups of an npz set: in the file, or in a table beside it."""

import numpy as np
import pytest

from ccsi.data.reading.prepare import prepare
from ccsi.frame.errors import DataError
from tests.data.builders import dataset_params, npz_arrays, write_npz, write_table

HEADER = ["split", "index", "group"]
ROWS = [
    [split, i, f"{split}{i}"]
    for split, n in (("train", 12), ("val", 6), ("test", 6))
    for i in range(n)
]


def grouped(path, raw, **changes):
    dataset = dataset_params("npz", path=str(path), **changes)
    data, _ = prepare(dataset, task="t1", classes=[0, 1], first_id=0, raw=raw)
    return data.info.grouped_split


def test_without_groups_nobody_claims_any(tmp_path):
    path = write_npz(tmp_path / "a.npz", npz_arrays())
    assert not grouped(path, path)


@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
def test_groups_in_the_file(tmp_path, shape):
    groups = {
        f"{split}_groups": np.arange(n).reshape(shape) + 100 * n
        for split, n in (("train", 12), ("val", 6))
    }
    groups["test_groups"] = np.arange(6).reshape(shape) + 5000
    path = write_npz(tmp_path / "a.npz", npz_arrays() | groups)
    assert grouped(path, path)


def test_a_table_beside_the_file(tmp_path):
    write_npz(tmp_path / "a.npz", npz_arrays())
    write_table(tmp_path / "patients.csv", [HEADER, *ROWS])
    assert grouped(tmp_path, tmp_path, groups="patients.csv")


def test_a_crossing_group_is_named(tmp_path):
    write_npz(tmp_path / "a.npz", npz_arrays())
    rows = [*ROWS[:-1], ["test", 5, "train3"]]
    write_table(tmp_path / "patients.csv", [HEADER, *rows])
    with pytest.raises(DataError, match="group 'train3' is in both train and test"):
        grouped(tmp_path, tmp_path, groups="patients.csv")


def test_a_table_that_would_not_be_declared_is_refused(tmp_path):
    path = write_npz(tmp_path / "a.npz", npz_arrays())
    with pytest.raises(DataError, match="into a folder of their own"):
        grouped(path, path, groups="patients.csv")


def test_a_folder_holds_one_npz_file(tmp_path):
    with pytest.raises(DataError, match="holds 0 npz files"):
        grouped(tmp_path, tmp_path)
    write_npz(tmp_path / "a.npz", npz_arrays())
    assert not grouped(tmp_path, tmp_path)
    write_npz(tmp_path / "b.npz", npz_arrays())
    with pytest.raises(DataError, match="holds 2 npz files"):
        grouped(tmp_path, tmp_path)
