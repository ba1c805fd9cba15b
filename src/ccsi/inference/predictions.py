"""Predictions as lines of text, csv or json, one image after another."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsi.inference.image_batches import read_batches
from ccsi.inference.image_inputs import Input, Wanted
from ccsi.inference.trained_model import TrainedModel
from ccsi.models.classifier import batch_length

DIGITS = 6
PREFIX = "p:"  # of the columns with each class's probability, as a class may be named "image"


@dataclass(frozen=True)
class Prediction:
    """One image: its name and its probabilities [K]."""

    image: str
    probabilities: NDArray[np.float64]


def predict_images(
    model: TrainedModel, inputs: Sequence[Input], wanted: Wanted
) -> Iterator[Prediction]:
    """Predictions in order, while no more than one batch of images is in memory."""
    for batch in read_batches(inputs, wanted, length=batch_length(wanted.side)):
        rows = model.probabilities(batch.images)
        for name, row in zip(batch.names, rows, strict=True):
            yield Prediction(name, row)


def csv_lines(predictions: Iterator[Prediction], class_names: Sequence[str]) -> Iterator[str]:
    """A header, then a line for each image: its name, class, id, probability, all of them."""
    header = ["image", "class", "class_id", "probability", *(PREFIX + n for n in class_names)]
    yield _csv_line(header)
    for prediction in predictions:
        best = int(prediction.probabilities.argmax())
        shares = [f"{value:.{DIGITS}f}" for value in prediction.probabilities]
        yield _csv_line([prediction.image, class_names[best], best, shares[best], *shares])


def json_lines(predictions: Iterator[Prediction], class_names: Sequence[str]) -> Iterator[str]:
    """One JSON list with an object for each image, an object a line."""
    before = "[\n"
    for prediction in predictions:
        shares = [round(float(value), DIGITS) for value in prediction.probabilities]
        best = int(prediction.probabilities.argmax())
        record = {
            "image": prediction.image,
            "class": class_names[best],
            "class_id": best,
            "probability": shares[best],
            "probabilities": dict(zip(class_names, shares, strict=True)),
        }
        yield before + json.dumps(record)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


Lines = Callable[[Iterator[Prediction], Sequence[str]], Iterator[str]]
FORMATS: dict[str, Lines] = {"csv": csv_lines, "json": json_lines}


def _csv_line(cells: Sequence[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()
