"""The update of a task: what the method may read, and what it learns from it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from ccsi.execution.checkpoint import NO_CHECKPOINTS, Checkpoints
from ccsi.execution.devices import ONE_CPU, Devices
from ccsi.execution.images import ImageSet
from ccsi.frame.errors import ArtifactError, ParameterError
from ccsi.frame.progress import Progress
from ccsi.losses.params import LossWeights
from ccsi.methods.base import Method
from ccsi.models.classifier import Classifier, Learned
from ccsi.models.params import ModelParams
from ccsi.models.store import MODEL_FILE, load_classifier
from ccsi.pipeline.impressions import load_rehearsed
from ccsi.pipeline.learned import load_arrival
from ccsi.training.learn import Arrival, GeneratorFor, train_afresh, update
from ccsi.training.loop import Curve
from ccsi.training.params import UpdateParams
from ccsi.training.sampling import draws_per_epoch, ratio_of

ProgressFor = Callable[[int], AbstractContextManager[Progress]]


@dataclass(frozen=True)
class Places:
    """Where the task's data, the previous model and the rehearsed images lie.

    `data` is one task's folder; or, for what is not data-free, the folder of all tasks.
    """

    data: Path
    model: Path
    rehearsed: Path


def learn_task(
    task: str,
    places: Places,
    *,
    method: Method,
    weights: LossWeights,
    params: UpdateParams,
    model: ModelParams,
    seed: int,
    generator_for: GeneratorFor,
    progress_for: ProgressFor,
    checkpoints: Checkpoints = NO_CHECKPOINTS,
    devices: Devices = ONE_CPU,
) -> tuple[Classifier, Curve]:
    """The model after `task`, with its history. Raises ParameterError, ArtifactError,
    DivergenceError.
    """
    if method.starts_afresh and not (places.data / task).is_dir():
        raise ParameterError(
            f"params.yaml: method {method.name} needs the images of all tasks so far; "
            "set method.reads to seen"
        )
    if method.head is not None:
        raise ParameterError(
            f"params.yaml: method {method.name} updates nothing; set method.learning to statistics"
        )
    looks_back = method.starts_afresh or params.target == "validation"
    data_free = method.data_free and not looks_back
    learned = Learned(task, seed, method.name, params.select, data_free)
    seen = _arrivals_up_to(task, places.data) if looks_back else []
    if method.starts_afresh:
        total = params.epochs * sum(len(arrival.train) for arrival in seen)
        with progress_for(total) as progress:
            classifier, curve = train_afresh(
                seen,
                model,
                params,
                generator_for=generator_for,
                progress=progress,
                checkpoints=checkpoints,
                devices=devices,
            )
        classifier.history = (learned,)
        return classifier, curve
    arrival = seen[-1] if looks_back else load_arrival(places.data)
    previous = load_classifier(places.model / MODEL_FILE)
    rehearsed = load_rehearsed(places.rehearsed, previous)
    _require_fit(arrival, previous, rehearsed)
    known, new = previous.n_classes, len(arrival.class_names)
    ratio = ratio_of(params.replay_ratio, n_old=known, n_new=new) if rehearsed is not None else 0.0
    total = params.epochs * draws_per_epoch(len(arrival.train), ratio)
    with progress_for(total) as progress:
        classifier, curve = update(
            previous,
            arrival,
            rehearsed,
            method,
            weights,
            params,
            generator_for=generator_for,
            progress=progress,
            target=_validation_of(seen) if seen else None,
            checkpoints=checkpoints,
            devices=devices,
        )
    classifier.history = (*previous.history, learned)
    return classifier, curve


def _arrivals_up_to(task: str, folder: Path) -> list[Arrival]:
    """Tasks 1..t in order of arrival; not for data-free methods."""
    last = int(task[1:])
    arrivals = [load_arrival(folder / f"t{t}") for t in range(1, last + 1)]
    return arrivals


def _validation_of(seen: list[Arrival]) -> ImageSet:
    """The transductive option's unlabelled stream: validation images of all seen classes."""
    stream = seen[0].val
    for arrival in seen[1:]:
        stream = stream.joined(arrival.val)
    return stream


def _require_fit(arrival: Arrival, previous: Classifier, rehearsed: ImageSet | None) -> None:
    if previous.feature_map is not None:
        raise ArtifactError(
            "the previous model has a head made of statistics and cannot be trained on; "
            "start from the network it stands on"
        )
    shape = list(arrival.train.images.shape[1:])
    if shape[0] != previous.channels or (
        rehearsed is not None and shape != list(rehearsed.images.shape[1:])
    ):
        old = [previous.channels] if rehearsed is None else list(rehearsed.images.shape[1:])
        raise ArtifactError(
            f"task {arrival.task} has images of channels, height, width {shape}, but the previous "
            f"model learned {old}; set dataset.channels and dataset.side"
        )
    first, known = int(arrival.train.labels.min()), previous.n_classes
    if first != known:
        raise ArtifactError(
            f"task {arrival.task} starts at class {first}, but the previous model knows {known} "
            "classes; run `ccsi config` to lay the tasks out anew"
        )
