"""The audit's own networks, and what a network makes of images."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ccsi.execution.images import ImageSet
from ccsi.frame.progress import Progress
from ccsi.models.classifier import Classifier
from ccsi.models.params import ModelParams
from ccsi.training.learn import Arrival, GeneratorFor, train_afresh
from ccsi.training.params import TrainParams

BATCH = 250

Images = NDArray[np.uint8]


@dataclass(frozen=True)
class Seen:
    """features float64 [N, D], log_probabilities float64 [N, K]."""

    features: NDArray[np.float64]
    log_probabilities: NDArray[np.float64]


Look = Callable[[Classifier, Images], Seen]


@torch.no_grad()
def look_at(classifier: Classifier, images: Images) -> Seen:
    """What a network in evaluation mode makes of images uint8 [N, H, W, C]; N >= 1."""
    classifier.eval()
    pixels = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2).contiguous()
    outputs = [classifier(part.float() / 255) for part in torch.split(pixels, BATCH)]
    features = torch.cat([output.features for output in outputs]).double().numpy()
    logits = torch.cat([output.logits for output in outputs]).double()
    return Seen(features, logits.log_softmax(1).numpy())


def remembering() -> Look:
    """`look_at` that looks at the same images with the same network once; neither may change."""
    memory: dict[tuple[int, int], tuple[Classifier, Images, Seen]] = {}

    def look(classifier: Classifier, images: Images) -> Seen:
        key = id(classifier), id(images)
        if key not in memory:  # kept with their ids, which others would else be given
            memory[key] = (classifier, images, look_at(classifier, images))
        return memory[key][2]

    return look


def real_arrivals(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """The same with labels from 0 on without gaps: a task whose images are gone leaves one."""
    numbered, first = [], 0
    for arrival in arrivals:
        offset = first - int(arrival.train.labels.min())
        train, val = (
            ImageSet(images.images, images.labels + offset)
            for images in (arrival.train, arrival.val)
        )
        names = tuple(arrival.class_names)
        numbered.append(Arrival(arrival.task, names, train, val, arrival.symmetries))
        first += len(names)
    return numbered


def impressions_arrival(
    task: str, names: Sequence[str], impressions: ImageSet, symmetries: tuple[str, ...]
) -> Arrival:
    """Impressions in the place of real images, for training and validation both."""
    return Arrival(task, tuple(names), impressions, impressions, symmetries)


def epochs_for(images: int, *, shown: int) -> int:
    """Passes over `images` in which at least `shown` images are shown."""
    return max(1, math.ceil(shown / images))


def train_network(
    arrivals: Sequence[Arrival],
    model: ModelParams,
    params: TrainParams,
    *,
    epochs: int,
    generator_for: GeneratorFor,
    progress: Progress,
) -> Classifier:
    """A network of the run's kind, trained as on a first task; the last epoch is kept."""
    chosen = params.model_copy(update={"epochs": epochs, "select": "last"})
    classifier, _ = train_afresh(
        arrivals, model, chosen, generator_for=generator_for, progress=progress
    )
    return classifier.eval()
