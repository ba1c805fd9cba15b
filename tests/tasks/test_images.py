"""Only sound arrays become LabelledImages."""

import numpy as np
import pytest

from ccsi.frame.errors import DataError
from ccsi.tasks import images
from ccsi.tasks.images import LabelledImages, allocate


def make(shape=(2, 8, 8, 3), dtype=np.uint8, labels=(0, 1), kind=np.int64):
    return LabelledImages(np.zeros(shape, dtype=dtype), np.array(labels, dtype=kind))


def test_takes_rows_in_their_order():
    data = make()
    assert data.take(np.array([1, 0])).labels.tolist() == [1, 0]
    assert len(data) == 2


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"shape": (2, 8, 8)}, "shape"),
        ({"shape": (2, 8, 8, 2)}, "shape"),
        ({"shape": (2, 8, 9, 1)}, "not square"),
        ({"shape": (2, 4, 4, 1)}, "side 4"),
        ({"shape": (2, 1025, 1025, 1)}, "side 1025"),
        ({"shape": (0, 8, 8, 1), "labels": ()}, "empty"),
        ({"dtype": np.float32}, "float32"),
        ({"labels": (0, 1, 2)}, "labels"),
        ({"labels": (0, -1)}, "negative"),
        ({"kind": np.int32}, "int32"),
    ],
)
def test_refuses_unsound_arrays(changes, word):
    with pytest.raises(DataError, match=word):
        make(**changes)


def test_large_arrays_lie_in_a_file(monkeypatch):
    monkeypatch.setattr(images, "IN_MEMORY", 100)
    array = allocate((2, 8, 8, 1))
    array[:] = 7
    assert isinstance(array, np.memmap)
    assert array.sum() == 7 * 128
    assert not isinstance(allocate((1, 8, 8, 1)), np.memmap)
