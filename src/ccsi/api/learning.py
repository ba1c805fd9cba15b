"""Learning: a network of the first classes, impressions of them, and further classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from ccsi.api.model import Images, Labels, Model
from ccsi.api.settings import Settings
from ccsi.class_means import ClassMeans, append_means, class_means
from ccsi.execution.images import ImageSet
from ccsi.frame.errors import DataError, ParameterError
from ccsi.frame.progress import Silent
from ccsi.methods.registry import load_method
from ccsi.models.classifier import Learned
from ccsi.seeding import torch_generator
from ccsi.synthesis.inversion import synthesize as invert
from ccsi.tasks.images import LabelledImages
from ccsi.training.learn import Arrival, GeneratorFor, train_afresh
from ccsi.training.learn import update as learn_update


def train(images: Images, labels: Labels, class_names: Sequence[str], settings: Settings) -> Model:
    """A network trained on the first classes. Raises DataError, DivergenceError."""
    arrival = _arrival("t1", images, labels, class_names, 0, settings)
    classifier, _ = train_afresh(
        [arrival],
        settings.model,
        settings.train,
        generator_for=_generators(settings, "train", "t1"),
        progress=Silent(),
    )
    history = Learned("t1", settings.seed, None, settings.train.select, True)
    classifier.history = (history,)
    return Model(classifier, _means(images, labels, class_names))


def synthesize(model: Model, settings: Settings) -> tuple[Images, Labels]:
    """Impressions of every class that the model knows: images [M, side, side, C], class ids [M].

    Only the model and its means are read. Raises DivergenceError, ParameterError.
    """
    means = torch.from_numpy(np.array(model.means.means)).permute(0, 3, 1, 2).contiguous()
    task = _last_task(model)
    made = invert(
        model.classifier,
        means,
        settings.synthesis,
        flip="flip_horizontal" in settings.symmetries,
        generator=_generators(settings, "synthesize", task)("images"),
        progress=Silent(),
    )
    return made.images.permute(0, 2, 3, 1).contiguous().numpy(), made.labels.numpy()


def update(
    model: Model,
    images: Images,
    labels: Labels,
    class_names: Sequence[str],
    impressions: tuple[Images, Labels] | None,
    settings: Settings,
) -> Model:
    """The model taught new classes, with impressions in place of the old images.

    impressions: None for a method that rehearses none. The given model stays as it is. Raises
    DataError, ParameterError, DivergenceError.
    """
    known, method = model.classifier.n_classes, load_method(settings.method)
    if method.starts_afresh:
        raise ParameterError(f"method {method.name} needs the images of all tasks; use train")
    means = append_means(model.means, _means(images, labels, class_names))
    task = f"t{len(model.classifier.tasks) + 1}"
    classifier, _ = learn_update(
        model.classifier,
        _arrival(task, images, labels, class_names, known, settings),
        None if impressions is None else ImageSet.from_arrays(*impressions),
        method,
        settings.loss,
        settings.update,
        generator_for=_generators(settings, "update", task),
        progress=Silent(),
    )
    learned = Learned(task, settings.seed, method.name, settings.update.select, True)
    classifier.history = (*model.classifier.history, learned)
    return Model(classifier, means)


def _arrival(
    task: str,
    images: Images,
    labels: Labels,
    class_names: Sequence[str],
    first_id: int,
    settings: Settings,
) -> Arrival:
    given = LabelledImages(images, labels)
    if set(given.labels.tolist()) != set(range(len(class_names))):
        raise DataError(f"labels must be 0..{len(class_names) - 1}, with images of every class")
    data = ImageSet.from_arrays(given.images, given.labels + first_id)
    return Arrival(task, class_names, data, data, settings.symmetries)


def _means(images: Images, labels: Labels, class_names: Sequence[str]) -> ClassMeans:
    ids = range(len(class_names))
    counts = tuple(int((labels == number).sum()) for number in ids)
    return ClassMeans(class_means(images, labels, ids), tuple(class_names), counts)


def _last_task(model: Model) -> str:
    return list(model.classifier.tasks)[-1]


def _generators(settings: Settings, stage: str, task: str) -> GeneratorFor:
    return lambda purpose: torch_generator(settings.seed, stage=stage, task=task, purpose=purpose)
