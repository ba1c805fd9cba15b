"""Files, folders, patterns and npz arrays: what is found, in which order, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ccsi.frame.errors import DataError
from ccsi.inference.image_inputs import NpzImages, Wanted, check_inputs, find_inputs

WANTED = Wanted(side=8, channels=1)


def picture(path: Path, *, size: tuple[int, int] = (8, 8), mode: str = "L") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size).save(path)
    return path


def test_a_folder_gives_all_its_images_in_natural_order(tmp_path: Path) -> None:
    for name in ("t10.png", "t2.png", "deep/t1.png", ".hidden.png"):
        picture(tmp_path / name)
    found = find_inputs([str(tmp_path)])
    assert found == [tmp_path / "t2.png", tmp_path / "t10.png", tmp_path / "deep/t1.png"]


def test_a_pattern_is_expanded(tmp_path: Path) -> None:
    picture(tmp_path / "a1.png")
    picture(tmp_path / "b1.png")
    assert find_inputs([str(tmp_path / "a*.png")]) == [tmp_path / "a1.png"]


def test_an_npz_gives_images_or_the_array_named(tmp_path: Path) -> None:
    path, zeros = tmp_path / "x.npz", np.zeros((2, 8, 8), dtype=np.uint8)
    np.savez(path, images=zeros, other=zeros)
    assert find_inputs([str(path)]) == [NpzImages(path, "images")]
    assert find_inputs([f"{path}:other"]) == [NpzImages(path, "other")]


def test_a_linked_folder_is_not_left_out_unseen(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "in/ward").symlink_to(tmp_path / "other")
    with pytest.raises(DataError, match=r"in/ward: a link to a folder is not followed"):
        find_inputs([str(tmp_path / "in")])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.png", "no such file"),
        ("missing*.png", "matches nothing"),
        ("empty", "holds no images"),
        ("notes.txt", "not one of"),
        ("two.npz", "say which"),
        ("two.npz:c", "no array 'c'; it holds a, b"),
        ("missing.npz:a", "no such file"),
        ("broken.npz", "not an npz file"),
    ],
)
def test_what_is_no_image_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("notes.txt").write_text("no image")
    Path("broken.npz").write_text("no archive")
    np.savez("two.npz", a=np.zeros(1), b=np.zeros(1))
    with pytest.raises(DataError, match=message) as raised:
        find_inputs([name])
    assert name.partition(":")[0] in str(raised.value)


@pytest.mark.parametrize(
    ("size", "mode", "message"),
    [
        ((9, 8), "L", "9 x 8 pixels; the model was made for 8 x 8"),
        ((8, 8), "RGB", "in colour; the model was made for grayscale"),
        ((8, 8), "I;16", "16-bit"),
    ],
)
def test_images_of_another_kind_are_refused(
    tmp_path: Path, size: tuple[int, int], mode: str, message: str
) -> None:
    path = picture(tmp_path / "odd.png", size=size, mode=mode)
    with pytest.raises(DataError, match=message):
        check_inputs([path], WANTED)


def test_resizing_accepts_other_sides_and_colours_but_no_other_depth(tmp_path: Path) -> None:
    fitting = Wanted(side=8, channels=1, resize=True)
    check_inputs([picture(tmp_path / "a.png", size=(30, 20), mode="RGB")], fitting)
    with pytest.raises(DataError, match="16-bit"):
        check_inputs([picture(tmp_path / "b.png", mode="I;16")], fitting)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.full((2, 8, 8), np.nan), "float64, not uint8"),
        (np.zeros((2, 8, 9), np.uint8), "9 x 8 pixels"),
        (np.zeros((2, 8, 8, 3), np.uint8), "in colour"),
        (np.zeros((2, 8), np.uint8), r"\[N, H, W\]"),
        (np.zeros((0, 8, 8), np.uint8), "is empty"),
        (np.array(["x"], dtype=object), "pickles"),
    ],
)
def test_arrays_of_another_kind_are_refused(
    tmp_path: Path, array: np.ndarray, message: str
) -> None:
    np.savez(tmp_path / "x.npz", images=array)
    with pytest.raises(DataError, match=message):
        check_inputs(find_inputs([str(tmp_path / "x.npz")]), WANTED)
