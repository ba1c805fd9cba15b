"""The strips of the old classes, and the mistakes."""

from __future__ import annotations

import base64
import io
from dataclasses import replace

import numpy as np
from PIL import Image

from ccsi.reporting.data_uri import LARGEST, as_pixels, image_row
from ccsi.reporting.picture_rows import IMPRESSIONS, class_strips, mistakes, scaled_smoothly
from tests.reporting.toy_run import make_run


def picture(address: str) -> Image.Image:
    head, _, data = address.partition(",")
    assert head == "data:image/png;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_each_old_class_goes_from_its_mean_over_impressions_to_real_images() -> None:
    strips = class_strips(make_run(tasks=3))
    assert [strip.name for strip in strips] == ["class 0", "class 1", "class 2", "class 3"]
    captions = [[p.caption for p in strip.pictures] for strip in strips]
    # The model after t1 knows the first two classes alone, for t2; that after t2 all four, for t3.
    assert captions[0] == ["mean", "for t2", "for t3", "real test images"]
    assert captions[3] == ["mean", "for t3", "real test images"]
    assert strips[0].task == "t1"
    assert all(p.alt for strip in strips for p in strip.pictures)


def test_without_impressions_there_is_still_the_mean() -> None:
    strips = class_strips(make_run(tasks=2, impressions=False))
    assert [p.caption for p in strips[0].pictures] == ["mean", "real test images"]


def test_one_task_has_no_old_class() -> None:
    assert class_strips(make_run(tasks=1, impressions=False)) == []


def test_a_row_shows_its_pictures_side_by_side_with_gaps() -> None:
    run = make_run(tasks=2, side=8)
    shown = next(p for p in class_strips(run)[0].pictures if p.caption == "for t2")
    row = picture(shown.address)
    assert row.size == (IMPRESSIONS * 9 - 1, 8)
    images = run.impressions["t1"].images[run.impressions["t1"].labels == 0]
    assert np.array_equal(np.asarray(row.convert("RGB"))[:, :8], images[0])
    assert np.asarray(row)[0, 8, 3] == 0  # the gap is transparent


def test_a_mistake_names_both_classes_and_the_confidence() -> None:
    found = mistakes(make_run(tasks=2))
    assert len(found) == 3
    assert found[0].caption == "class 0 \N{RIGHTWARDS ARROW} class 1, 87.5 %"
    assert "class 0, taken for class 1" in found[0].alt


def test_grey_and_large_pictures_become_small_coloured_ones() -> None:
    grey = np.full((2, 200, 200, 1), 7, np.uint8)
    row = picture(image_row(grey))
    assert row.height == LARGEST
    assert row.convert("RGB").getpixel((0, 0)) == (7, 7, 7)


def test_only_large_images_are_smoothed() -> None:
    run = make_run(tasks=1, impressions=False)
    assert not scaled_smoothly(run)
    assert scaled_smoothly(replace(run, means=np.zeros((2, 64, 64, 3), np.float32)))


def test_shares_become_pixels_within_bounds() -> None:
    assert as_pixels(np.array([-0.1, 0.0, 0.5, 1.2])).tolist() == [0, 0, 128, 255]
