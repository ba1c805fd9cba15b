"""The library without the pipeline: train, synthesize, update, predict; arrays in, arrays out.

Images are uint8 [N, side, side, C], C = 1 or 3; labels are int64 [N], positions in the names of the
classes that arrive together. See docs/library.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ccsi.data.images import LabelledImages
from ccsi.data.means import (
    ClassMeans,
    append_means,
    class_means,
    load_means,
    save_means,
)
from ccsi.errors import DataError, ParameterError
from ccsi.inference.logits import probabilities_of
from ccsi.methods.registry import load_method
from ccsi.models.classifier import Classifier, Learned
from ccsi.models.store import MODEL_FILE, load_classifier, save_classifier
from ccsi.params.base import Section, merge, parse
from ccsi.params.loss import LossWeights
from ccsi.params.model import ModelParams
from ccsi.params.synthesis import SynthesisParams
from ccsi.params.training import TrainParams, UpdateParams
from ccsi.pipeline.declared import Declared
from ccsi.progress import Silent
from ccsi.seeding import torch_generator
from ccsi.synthesis.inversion import synthesize as invert
from ccsi.training.images import ImageSet
from ccsi.training.learn import Arrival, GeneratorFor, train_afresh
from ccsi.training.learn import update as learn_update

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Settings:
    """Every constant of the method; the names and units are those of params.yaml.

    symmetries: which the images have: flip_horizontal, flip_vertical, transpose.
    """

    model: ModelParams
    train: TrainParams
    synthesis: SynthesisParams
    update: UpdateParams
    loss: LossWeights
    method: str
    seed: int
    symmetries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """What is handed on from task to task: the network, and each class's mean image."""

    classifier: Classifier
    means: ClassMeans

    @property
    def class_names(self) -> tuple[str, ...]:
        """In the order of their ids."""
        return self.classifier.class_names


def read_settings(
    path: str | Path, *, seed: int | None = None, **changes: Mapping[str, Any]
) -> Settings:
    """The sections of a params.yaml; `train={"epochs": 2}` and so on are laid over them.

    Raises ParameterError.
    """
    kinds: dict[str, type[Section]] = {
        "model": ModelParams,
        "train": TrainParams,
        "synthesis": SynthesisParams,
        "update": UpdateParams,
        "loss": LossWeights,
    }
    if unknown := set(changes) - set(kinds):
        raise ParameterError(f"unknown section {min(unknown)}; known: {', '.join(kinds)}")
    others = ("method.name", "seed", "dataset.symmetries")
    read = Declared((*kinds, *others), Path(path))
    sections: dict[str, Any] = {
        name: parse(kind, merge(read.value(name), changes.get(name)), where=name)
        for name, kind in kinds.items()
    }
    return Settings(
        **sections,
        method=str(read.value("method.name")),
        seed=int(read.value("seed")) if seed is None else seed,
        symmetries=tuple(read.value("dataset.symmetries")),
    )


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


def predict(model: Model, images: Images, *, temperature: float = 1.0) -> NDArray[np.float64]:
    """Probabilities [N, K] of all classes; the logits are divided by `temperature`."""
    labels = np.zeros(len(images), dtype=np.int64)
    shape = LabelledImages(images, labels).images.shape[1:]
    if shape != model.means.means.shape[1:]:
        raise DataError(
            f"images are {list(shape)}, the model was made for {list(model.means.means.shape[1:])}"
        )
    return probabilities_of(model.classifier, images, temperature=temperature)


def save(model: Model, folder: str | Path) -> None:
    """Write a folder that `load`, `ccsi predict` and the pipeline's `start` read."""
    save_classifier(Path(folder) / MODEL_FILE, model.classifier)
    save_means(Path(folder), model.means)


def load(folder: str | Path) -> Model:
    """Read what `save` wrote. Raises ArtifactError."""
    return Model(load_classifier(Path(folder) / MODEL_FILE), load_means(Path(folder)))


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
