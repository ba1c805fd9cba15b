"""Contact sheets: the mean image of every class beside impressions of it, as PNG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ccsi.frame.artifacts import atomic_path
from ccsi.reporting.results import RunResults

CELL = 64
"""Smallest side of a picture on a sheet, in pixels, where whole multiples reach it."""
LARGEST = 128
"""Larger pictures are shrunk to this side."""
GAP, MARGIN, LINE = 4, 12, 22
NAME_WIDTH = 170
CAPTION_WIDTH, PER_ROW = 120, 6
INK, FAINT, PAPER = (28, 32, 36), (96, 100, 108), (255, 255, 255)


def write_sheets(folder: Path, results: RunResults, *, per_class: int = 10) -> list[str]:
    """Write means.png and, for every task with impressions, <task>.png; return the file names.

    Names are padded (t02.png) so that they list in order. means.png is always there: DVC takes a
    missing folder of pictures for an error.
    """
    names = [str(name) for name in results.evaluations[-1]["class_names"]]
    sheets = {"means.png": draw_means(names, results.means)}
    for task, made in results.impressions.items():
        known = int(made.labels.max()) + 1
        shown = first_of_each(made.images, made.labels, known, per_class)
        title = f"Class means and impressions from the model after {task}"
        sheets[padded(task)] = draw_sheet(title, names[:known], results.means[:known], shown)
    for name, sheet in sheets.items():
        with atomic_path(folder / name) as temporary:
            sheet.save(temporary, format="PNG")
    return list(sheets)


def first_of_each(images: np.ndarray, labels: np.ndarray, classes: int, count: int) -> np.ndarray:
    """The first `count` images of every class (fewer where a class has fewer; missing ones white).

    images: uint8 [M, H, W, C]; returns uint8 [classes, n, H, W, C] with n <= count.
    """
    places = [np.flatnonzero(labels == c)[:count] for c in range(classes)]
    width = max((len(place) for place in places), default=0)
    shown = np.full((classes, width, *images.shape[1:]), 255, dtype=np.uint8)
    for c, place in enumerate(places):
        shown[c, : len(place)] = images[place]
    return shown


def draw_sheet(
    title: str, names: Sequence[str], means: np.ndarray, impressions: np.ndarray
) -> Image.Image:
    """One row per class: name, mean, impressions.

    means: float [K, H, W, C] in [0, 1]; impressions: uint8 [K, n, H, W, C]; C is 1 or 3. Pixels are
    enlarged by a whole factor without smoothing.
    """
    rows = np.concatenate([_rounded(means)[:, None], impressions], axis=1)
    side = _side(max(rows.shape[2:4]))
    height = MARGIN + 2 * LINE + len(names) * (side + GAP) + MARGIN
    left = MARGIN + NAME_WIDTH + GAP
    width = max(
        left + rows.shape[1] * (side + GAP) + GAP + MARGIN,
        int(_font(14).getlength(title)) + 2 * MARGIN,
    )
    sheet = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((MARGIN, MARGIN), title, INK, _font(14))
    draw.text((left, MARGIN + LINE + 4), "mean", FAINT, _font(11))
    if rows.shape[1] > 1:
        draw.text((left + side + 3 * GAP, MARGIN + LINE + 4), "impressions", FAINT, _font(11))
    for c, name in enumerate(names):
        top = MARGIN + 2 * LINE + c * (side + GAP)
        draw.text((MARGIN, top + side // 2), fit(name, NAME_WIDTH), INK, _font(12), anchor="lm")
        for place, pixels in enumerate(rows[c]):
            # A wider gap sets the mean apart from the impressions.
            x = left + place * (side + GAP) + (2 * GAP if place else 0)
            sheet.paste(_picture(pixels, side), (x, top))
    return sheet


def draw_means(names: Sequence[str], means: np.ndarray) -> Image.Image:
    """A grid of the class means float [K, H, W, C] in [0, 1], named, in the order of arrival."""
    side = _side(max(means.shape[1:3]))
    step, down = max(side, CAPTION_WIDTH) + MARGIN, side + LINE + GAP
    across = min(len(names), PER_ROW)
    height = MARGIN + LINE + math.ceil(len(names) / across) * down + MARGIN
    sheet = Image.new("RGB", (MARGIN + across * step, height), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((MARGIN, MARGIN), "Class means", INK, _font(14))
    for c, name in enumerate(names):
        x, y = MARGIN + c % across * step, MARGIN + LINE + c // across * down
        sheet.paste(_picture(_rounded(means[c]), side), (x, y))
        draw.text((x, y + side + 2), fit(name, step - MARGIN), INK, _font(12))
    return sheet


def fit(name: str, width: int) -> str:
    """The name on one line, cut with an ellipsis where it is wider than `width` pixels."""
    name = " ".join(name.split())
    if _font(12).getlength(name) <= width:
        return name
    while name and _font(12).getlength(name + "…") > width:
        name = name[:-1]
    return name.rstrip() + "…"


def padded(task: str) -> str:
    """File name of a task's sheet: t2 -> t02.png."""
    number = task.removeprefix("t")
    return f"t{int(number):02d}.png" if number.isdecimal() else f"{task}.png"


def _rounded(means: np.ndarray) -> np.ndarray:
    rounded: np.ndarray = np.clip(np.rint(means * 255), 0, 255).astype(np.uint8)
    return rounded


def _side(pixels: int) -> int:
    return min(pixels * max(1, CELL // pixels), LARGEST)


def _picture(pixels: np.ndarray, side: int) -> Image.Image:
    colour = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
    picture = Image.fromarray(np.ascontiguousarray(colour))
    smooth = max(picture.size) > side
    return picture.resize(
        (side, side), Image.Resampling.BOX if smooth else Image.Resampling.NEAREST
    )


def _font(size: int) -> ImageFont.FreeTypeFont:
    # Matplotlib brings this font along: the same letters, Greek and Cyrillic too, on every machine.
    return ImageFont.truetype(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", size)
