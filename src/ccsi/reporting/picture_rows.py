"""The pictures of a run's page: what became of each class, and the most confident mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ccsi.reporting.data_uri import as_pixels, image_row
from ccsi.reporting.results import Impressions, RunResults

IMPRESSIONS, REAL = 3, 4
"""Pictures shown of a class for each task, and of its real images."""
SMOOTH_FROM = 64
"""Pictures of this side and more are scaled smoothly; below, whole pixels are shown."""


@dataclass(frozen=True)
class Picture:
    """A row of pictures as one data: address, what stands below it, and what it shows."""

    address: str
    caption: str
    alt: str


@dataclass(frozen=True)
class ClassStrip:
    """One old class: its mean, its impressions for each later task, real images."""

    name: str
    task: str
    pictures: list[Picture]


def class_strips(results: RunResults) -> list[ClassStrip]:
    """Every class that was old at the last task, in order of arrival."""
    record = results.evaluations[-1]
    names, tasks = record["class_names"], [str(task["task"]) for task in record["tasks"]]
    following = dict(pairwise(tasks))
    images = "test" if record["split"] == "test" else "validation"
    strips = []
    for task in record["tasks"][:-1]:
        for c in task["class_ids"]:
            mean = image_row(as_pixels(results.means[c : c + 1]))
            pictures = [Picture(mean, "mean", f"Mean training image of {names[c]}")]
            for made, found in results.impressions.items():
                pictures += _impressions(found, c, names[c], made, following.get(made, "later"))
            pictures += _real(results.shown.examples, c, names[c], images)
            strips.append(ClassStrip(names[c], str(task["task"]), pictures))
    return strips


def mistakes(results: RunResults) -> list[Picture]:
    """The wrongly classified images that the last model was most sure of."""
    names = results.evaluations[-1]["class_names"]
    return [
        _mistake(image, row, names)
        for image, row in zip(results.shown.mistakes, results.shown.mistake_rows, strict=True)
    ]


def scaled_smoothly(results: RunResults) -> bool:
    """Whether the images are large enough to be smoothed when they are scaled."""
    return bool(results.means.shape[1] >= SMOOTH_FROM)


def _impressions(found: Impressions, c: int, name: str, made: str, used: str) -> list[Picture]:
    rows = np.flatnonzero(found.labels == c)[:IMPRESSIONS]
    if not len(rows):
        return []
    alt = f"{len(rows)} impressions of {name} from the model after {made}"
    return [Picture(image_row(found.images[rows]), f"for {used}", alt)]


def _real(examples: Impressions, c: int, name: str, images: str) -> list[Picture]:
    rows = np.flatnonzero(examples.labels == c)[:REAL]
    if not len(rows):
        return []
    alt = f"{len(rows)} real {images} images of {name}"
    return [Picture(image_row(examples.images[rows]), f"real {images} images", alt)]


def _mistake(image: np.ndarray, row: Mapping[str, str], names: Any) -> Picture:
    true, predicted = names[int(row["true"])], names[int(row["predicted"])]
    sure = f"{float(row['confidence']):.1%}".replace("%", " %")
    alt = f"An image of {true}, taken for {predicted} with confidence {sure}"
    return Picture(image_row(image[None]), f"{true} \N{RIGHTWARDS ARROW} {predicted}, {sure}", alt)
