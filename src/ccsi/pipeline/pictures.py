"""What a reader of an evaluation is shown: images, mistakes, and a map of features.

Real images of old classes are read here, where they are tested on, and copied into the evaluation's
own folder; no learning stage names that folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ccsi.evaluation.examples import confident_mistakes, first_of_each_class
from ccsi.evaluation.feature_map import map_features
from ccsi.frame.artifacts import load_array, save_array, save_json, save_table
from ccsi.models.classifier import Classifier, batch_length
from ccsi.tasks.images import LabelledImages

EXAMPLES, MISTAKES, MAPPED = 6, 12, 40
"""Images shown of a class, mistakes shown in all, and points of a class on the map."""


@dataclass(frozen=True)
class Shown:
    """Images uint8 [N, H, W, C] of one task with labels, probabilities [N, K] and features."""

    examples: np.ndarray
    example_labels: np.ndarray
    mistakes: np.ndarray
    mistake_labels: np.ndarray
    mistake_probabilities: np.ndarray
    features: np.ndarray
    feature_labels: np.ndarray


def choose_shown(
    classifier: Classifier, found: LabelledImages, probabilities: np.ndarray, *, batch: int
) -> Shown:
    """What is shown of the images of one task."""
    examples = first_of_each_class(found.labels, EXAMPLES)
    mistakes = confident_mistakes(probabilities, found.labels, MISTAKES)
    mapped = first_of_each_class(found.labels, MAPPED)
    return Shown(
        np.array(found.images[examples]),
        found.labels[examples],
        np.array(found.images[mistakes]),
        found.labels[mistakes],
        probabilities[mistakes],
        features_of(classifier, found.images[mapped], batch=batch),
        found.labels[mapped],
    )


def save_shown(
    folder: Path, parts: list[Shown], classifier: Classifier, rehearsed: Path, *, batch: int
) -> None:
    """Write examples, mistakes, features, and the shares of variance on the map's axes.

    `rehearsed` holds the impressions that the model was updated with; a file is the placeholder
    for "none".
    """
    if not parts:
        parts = [_nothing(classifier)]
    _save_examples(folder, parts)
    _save_mistakes(folder, parts)
    real = np.concatenate([part.features for part in parts])
    labels = np.concatenate([part.feature_labels for part in parts])
    synthetic, made = np.zeros((0, real.shape[1])), np.zeros(0, dtype=np.int64)
    if rehearsed.is_dir() and len(real):  # without real features there are no axes
        images, made = _impressions(rehearsed)
        synthetic = features_of(classifier, images, batch=batch)
    flat = map_features(real, synthetic)
    rows = [
        {"kind": kind, "class_id": int(label), "x": float(x), "y": float(y)}
        for kind, points, classes in (
            ("real", flat.real, labels),
            ("impression", flat.synthetic, made),
        )
        for label, (x, y) in zip(classes, points, strict=True)
    ]
    save_table(folder / "features.csv", rows, columns=("kind", "class_id", "x", "y"))
    explained = [round(float(share), 4) for share in flat.explained]
    save_json(folder / "features.json", {"explained": explained})


def _nothing(classifier: Classifier) -> Shown:
    """What is shown where no task has images any more."""
    images, labels = np.zeros((0, 1, 1, 1), dtype=np.uint8), np.zeros(0, dtype=np.int64)
    none = np.zeros((0, classifier.n_classes), dtype=np.float32)
    return Shown(images, labels, images, labels, none, none, labels)


@torch.no_grad()
def features_of(classifier: Classifier, images: np.ndarray, *, batch: int) -> np.ndarray:
    """Features float32 [N, D] of images uint8 [N, H, W, C], at most `batch` at a time."""
    classifier.eval()
    pixels = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2).contiguous()
    length = batch_length(pixels.shape[-1], most=batch)
    parts = [classifier(part.float() / 255).features for part in torch.split(pixels, length)]
    features: np.ndarray = torch.cat(parts).numpy()
    return features


def _impressions(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    labels = load_array(folder / "labels.npy")
    rows = first_of_each_class(labels, MAPPED)
    return load_array(folder / "images.npy", memory_map=True)[rows], labels[rows]


def _save_examples(folder: Path, parts: list[Shown]) -> None:
    labels = np.concatenate([part.example_labels for part in parts])
    save_array(folder / "examples.npy", np.concatenate([part.examples for part in parts]))
    save_array(folder / "example_labels.npy", labels)


def _save_mistakes(folder: Path, parts: list[Shown]) -> None:
    probabilities = np.concatenate([part.mistake_probabilities for part in parts])
    labels = np.concatenate([part.mistake_labels for part in parts])
    rows = confident_mistakes(probabilities, labels, MISTAKES)
    images = np.concatenate([part.mistakes for part in parts])
    save_array(folder / "mistakes.npy", images[rows])
    records = [
        {
            "true": int(labels[row]),
            "predicted": int(probabilities[row].argmax()),
            "confidence": float(probabilities[row].max()),
        }
        for row in rows
    ]
    save_table(folder / "mistakes.csv", records, columns=("true", "predicted", "confidence"))
