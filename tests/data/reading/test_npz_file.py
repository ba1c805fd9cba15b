"""Bad npz files, each refused in one line that names the file."""

import zipfile

import numpy as np
import pytest

from ccsi.data.reading import npz_file
from ccsi.data.reading.npz_arrays import names_in, read_splits
from ccsi.data.reading.npz_file import open_npz
from ccsi.frame.errors import DataError
from tests.data.builders import npz_arrays, write_npz

NAMES = ["a", "b", "c"]


def replaced(key, value):
    return lambda arrays: arrays | {key: value(arrays[key])}


def without(key):
    return lambda arrays: {name: array for name, array in arrays.items() if name != key}


def with_group(**groups):
    return lambda arrays: arrays | {key: np.array(value) for key, value in groups.items()}


CORPUS = {
    "missing images": (without("val_images"), "val_images missing"),
    "missing labels": (without("test_labels"), "test_labels missing"),
    "float images": (replaced("train_images", lambda x: x / 255), "float64, not uint8"),
    "nan images": (replaced("val_images", lambda x: x * np.nan), "not uint8"),
    "16-bit images": (replaced("train_images", lambda x: x.astype(np.uint16)), "scale 16-bit"),
    "two channels": (replaced("train_images", lambda x: x[..., :2]), "train_images has shape"),
    "four channels": (
        replaced("test_images", lambda x: np.concatenate([x, x[..., :1]], 3)),
        "shape",
    ),
    "volumes": (replaced("train_images", lambda x: x[:, None]), "shape"),
    "flat": (replaced("train_images", lambda x: x.reshape(len(x), -1)), "shape"),
    "a scalar": (replaced("train_images", lambda x: np.uint8(3)), "shape"),
    "no images": (replaced("test_images", lambda x: x[:0]), "test_images is empty"),
    "no labels": (replaced("test_labels", lambda x: x[:0]), "test_labels is empty"),
    "other size": (replaced("val_images", lambda x: np.repeat(x, 2, axis=2)), "val_images are"),
    "oblong": (
        lambda a: a | {k: v[:, :, :, :1].repeat(2, 2) for k, v in a.items() if "im" in k},
        "not square",
    ),
    "tiny": (lambda a: a | {k: v[:, :2, :2] for k, v in a.items() if "images" in k}, "side 2"),
    "too few labels": (replaced("train_labels", lambda x: x[:-1]), "12 train_images, 11 labels"),
    "float labels": (replaced("train_labels", lambda x: x.astype(float)), "float64; integers"),
    "nan labels": (replaced("val_labels", lambda x: x * np.nan), "integers"),
    "text labels": (replaced("train_labels", lambda x: x.astype(str)), "integers"),
    "bool labels": (replaced("train_labels", lambda x: x > 0), "integers"),
    "several labels": (
        replaced("train_labels", lambda x: np.eye(3, dtype=int)[x[:, 0]]),
        "one label",
    ),
    "negative label": (replaced("train_labels", lambda x: x.astype(int) - 1), "holds -1"),
    "label too large": (replaced("test_labels", lambda x: x + 1), "test_labels holds 3"),
    "absurd label": (replaced("val_labels", lambda x: x.astype(np.uint64) + 2**63), "no class"),
    "empty class": (replaced("val_labels", lambda x: np.where(x == 2, 0, x)), "'c' has no val"),
    "pickles": (replaced("train_labels", lambda x: x.astype(object)), "pickles"),
    "some groups": (with_group(train_groups=np.arange(12)), "only train_groups"),
    "float groups": (
        with_group(train_groups=np.arange(12.0), val_groups=[0] * 6, test_groups=[1] * 6),
        "train_groups is float64",
    ),
    "too few groups": (
        with_group(train_groups=np.arange(11), val_groups=[20] * 6, test_groups=[21] * 6),
        "train_groups is",
    ),
    "crossing group": (
        with_group(train_groups=["p"] * 11 + ["q"], val_groups=["q"] * 6, test_groups=["r"] * 6),
        "group 'q' is in both train and val",
    ),
}


@pytest.mark.parametrize(("change", "word"), CORPUS.values(), ids=CORPUS)
def test_faulty_contents_are_refused(tmp_path, change, word):
    path = write_npz(tmp_path / "bad.npz", change(npz_arrays()))
    with pytest.raises(DataError, match=word) as caught:
        read_splits(path, [0, 1], NAMES)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_and_foreign_files_are_refused(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_splits(tmp_path / "none.npz", [0], NAMES)
    with pytest.raises(DataError, match="no such file"):
        read_splits(tmp_path, [0], NAMES)
    (tmp_path / "text.npz").write_text("no zip")
    with pytest.raises(DataError, match="not an npz file"):
        read_splits(tmp_path / "text.npz", [0], NAMES)


@pytest.mark.parametrize("kept", [0, 10, 0.3, 0.8, 0.99])
def test_a_truncated_file_is_refused(tmp_path, kept):
    path = write_npz(tmp_path / "cut.npz", npz_arrays())
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content)) if kept < 1 else int(kept)])
    with pytest.raises(DataError, match=r"cut\.npz"):
        read_splits(path, [0], NAMES)


@pytest.mark.parametrize("at", [0.2, 0.4, 0.5])
def test_flipped_bytes_are_found(tmp_path, at):
    path = write_npz(tmp_path / "flipped.npz", npz_arrays())
    content = bytearray(path.read_bytes())
    start = int(at * len(content))
    content[start : start + 8] = bytes(byte ^ 0xFF for byte in content[start : start + 8])
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"flipped\.npz"):
        read_splits(path, [0, 1, 2], NAMES)


def member(header, content=b""):
    text = (header + " " * (-(len(header) + 11) % 64) + "\n").encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + content


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (
            member("{'descr': '|u1', 'fortran_order': False, 'shape': (9999999, 99, 99, 3), }"),
            "promises",
        ),
        (member("{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 8, 8, 3), }"), "promises"),
        (
            member("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", b"cos\nsystem\n."),
            "pickles",
        ),
        (member("{'descr': '|u1', 'fortran_order': False, "), "cannot be read"),
        (member("__import__('os')"), "cannot be read"),
        (b"\x93NUMPY\x09\x00", "npy version"),
        (b"", "cannot be read"),
    ],
)
def test_hostile_headers_are_refused(tmp_path, content, word):
    path = write_npz(tmp_path / "hostile.npz", without("train_images")(npz_arrays()))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("train_images.npy", content)
    with pytest.raises(DataError, match=word):
        read_splits(path, [0], NAMES)


def test_absurd_sizes_are_refused(tmp_path):
    wide = np.zeros((3, 1, 20000), dtype=np.uint8)
    arrays = npz_arrays(each=2) | {"train_images": wide}
    path = write_npz(tmp_path / "wide.npz", arrays)
    with pytest.raises(DataError, match="absurd size"):
        read_splits(path, [0], NAMES, side=8)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("chunk", [1, 1000, 1 << 24])
def test_chosen_images_are_the_files_own(tmp_path, monkeypatch, order, chunk):
    monkeypatch.setattr(npz_file, "CHUNK", chunk)
    arrays = npz_arrays()
    stored = arrays | {"train_images": np.asarray(arrays["train_images"], order=order)}
    path = write_npz(tmp_path / "good.npz", stored)
    chosen = arrays["train_labels"][:, 0] == 1
    with open_npz(path) as file:
        assert np.array_equal(file.images("train_images", chosen), arrays["train_images"][chosen])


def test_names_in_the_file(tmp_path):
    arrays = npz_arrays()
    path = write_npz(tmp_path / "a.npz", arrays)
    assert names_in(path, None) == ["class 0", "class 1", "class 2"]
    assert names_in(path, 5)[4] == "class 4"
    path = write_npz(tmp_path / "b.npz", arrays | {"class_names": np.array(["x", "y", "z"])})
    assert names_in(path, None) == ["x", "y", "z"]
    with pytest.raises(DataError, match=r"3 class_names, dataset\.classes = 4"):
        names_in(path, 4)
    path = write_npz(tmp_path / "c.npz", arrays | {"class_names": np.arange(3)})
    with pytest.raises(DataError, match="no list of text"):
        names_in(path, None)
    path = write_npz(tmp_path / "d.npz", arrays | {"class_names": np.array(["x", "../y", "z"])})
    with pytest.raises(DataError, match="holds a path"):
        names_in(path, None)
