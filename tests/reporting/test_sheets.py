"""Contact sheets: the right images, enlarged without smoothing, in a stable file."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ccsi.reporting.sheets import (
    CELL,
    draw_means,
    draw_sheet,
    first_of_each,
    fit,
    padded,
    write_sheets,
)
from tests.reporting.toy_run import make_run


def contains(sheet: Image.Image, picture: np.ndarray, factor: int) -> bool:
    """Whether the picture stands somewhere on the sheet, enlarged by whole pixels."""
    page = np.asarray(sheet)
    big = picture.repeat(factor, axis=0).repeat(factor, axis=1)
    height, width = big.shape[:2]
    corners = np.argwhere((page == big[0, 0]).all(axis=2))
    return any(np.array_equal(page[y : y + height, x : x + width], big) for y, x in corners)


def test_mean_and_impressions_are_on_the_sheet() -> None:
    run = make_run(side=16)
    made = run.impressions["t1"]
    shown = first_of_each(made.images, made.labels, classes=2, count=3)
    sheet = draw_sheet("title", ["a", "b"], run.means[:2], shown)
    for c in range(2):
        assert contains(sheet, np.rint(run.means[c] * 255).astype(np.uint8), CELL // 16)
        assert contains(sheet, made.images[made.labels == c][2], CELL // 16)


def test_every_mean_is_on_the_grid() -> None:
    means = make_run(tasks=5, side=16).means
    sheet = draw_means([f"class {c}" for c in range(10)], means)
    for mean in means:
        assert contains(sheet, np.rint(mean * 255).astype(np.uint8), CELL // 16)


def test_first_of_each_class() -> None:
    images = np.arange(5, dtype=np.uint8).reshape(5, 1, 1, 1)
    shown = first_of_each(images, np.array([1, 0, 1, 1, 0]), classes=3, count=2)
    # Class 0 has images 1 and 4, class 1 images 0 and 2, class 2 none: white.
    assert shown[:, :, 0, 0, 0].tolist() == [[1, 4], [0, 2], [255, 255]]


def test_one_sheet_per_task_and_one_of_all_means(tmp_path: Path) -> None:
    names = write_sheets(tmp_path, make_run(tasks=3))
    assert names == ["means.png", "t01.png", "t02.png"]
    assert sorted(file.name for file in tmp_path.iterdir()) == names


def test_without_impressions_the_means_remain(tmp_path: Path) -> None:
    assert write_sheets(tmp_path, make_run(impressions=False)) == ["means.png"]


def test_same_bytes_twice(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_sheets(tmp_path / folder, make_run(seed=4))
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


@pytest.mark.parametrize(("side", "channels"), [(8, 1), (28, 3), (64, 1), (224, 3)])
def test_every_size_and_number_of_channels(tmp_path: Path, side: int, channels: int) -> None:
    write_sheets(tmp_path, make_run(tasks=2, side=side, channels=channels))
    with Image.open(tmp_path / "t01.png") as sheet:
        assert sheet.mode == "RGB"
        assert sheet.width < 2000


def test_names_of_any_length_and_script_fit() -> None:
    long = "immature granulocytes (myelocytes, metamyelocytes and promyelocytes)"
    assert fit("lymphocyte", 170) == "lymphocyte"
    assert fit(long, 170).endswith("…")
    assert fit("line\nbreak", 170) == "line break"
    draw_sheet(
        "t", ["Größe", "ядро", "核"], np.zeros((3, 8, 8, 1)), np.zeros((3, 0, 8, 8, 1), np.uint8)
    )


def test_padded_names_list_in_order() -> None:
    assert [padded("t2"), padded("t10"), padded("new")] == ["t02.png", "t10.png", "new.png"]
