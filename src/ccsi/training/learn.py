"""Learning a task: the first one, or an update of a model that knows older classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from ccsi.execution.checkpoint import NO_CHECKPOINTS, Checkpoints
from ccsi.execution.devices import ONE_CPU, Devices
from ccsi.execution.images import ImageSet
from ccsi.frame.progress import Progress
from ccsi.losses.classification import class_weights
from ccsi.losses.params import LossWeights
from ccsi.methods.base import Method
from ccsi.models.classifier import Classifier, batch_length
from ccsi.models.params import ModelParams
from ccsi.training import terms
from ccsi.training.class_moments import (
    ClassMoments,
    append_class_moments,
    class_group_moments,
    replace_class_moments,
)
from ccsi.training.loop import Curve, fit
from ccsi.training.params import OptimParams, UpdateParams
from ccsi.training.sampling import Batch, RehearsalSampler, ratio_of
from ccsi.training.step import Step, TermMemory, weighted_terms

GeneratorFor = Callable[[str], Generator]


@dataclass(frozen=True)
class Arrival:
    """What a task brings: its classes' names, its images, and the symmetries they have."""

    task: str
    class_names: Sequence[str]
    train: ImageSet
    val: ImageSet
    symmetries: tuple[str, ...]


def train_afresh(
    arrivals: Sequence[Arrival],
    model: ModelParams,
    params: OptimParams,
    *,
    generator_for: GeneratorFor,
    progress: Progress,
    checkpoints: Checkpoints = NO_CHECKPOINTS,
    devices: Devices = ONE_CPU,
) -> tuple[Classifier, Curve]:
    """A new network, trained by cross-entropy on all the images it is given.

    One arrival: the first task. Several: joint training, the upper bound.
    """
    channels = arrivals[0].train.images.shape[1]
    classifier = Classifier(model, channels=channels, generator=generator_for("network"))
    head = generator_for("head")
    for arrival in arrivals:
        classifier.add_task(arrival.task, arrival.class_names, generator=head)
    train = _together([a.train for a in arrivals]).placed(devices)
    validation = [arrival.val.placed(devices) for arrival in arrivals]
    classifier = devices.place(classifier)
    sampler = RehearsalSampler(
        train,
        None,
        replay_ratio=0.0,
        batch=params.batch,
        symmetries=arrivals[0].symmetries if params.symmetries else (),
        shift=params.shift,
        noise=params.noise,
        generator=generator_for("batches"),
        devices=devices,
    )

    def objective(batch: Batch) -> dict[str, Tensor]:
        step = Step(batch, classifier(batch.images), classifier, previous=None)
        return {"ce": terms.ce(step)}

    devices.share_batches(classifier)
    curve = fit(
        classifier,
        sampler,
        objective,
        params,
        validation=validation,
        progress=progress,
        checkpoints=checkpoints,
        devices=devices,
    )
    _remember(classifier, train, range(classifier.n_classes))
    devices.release(classifier)
    return classifier, curve


def update(
    previous: Classifier,
    arrival: Arrival,
    rehearsed: ImageSet | None,
    method: Method,
    weights: LossWeights,
    params: UpdateParams,
    *,
    generator_for: GeneratorFor,
    progress: Progress,
    target: ImageSet | None = None,
    checkpoints: Checkpoints = NO_CHECKPOINTS,
    devices: Devices = ONE_CPU,
) -> tuple[Classifier, Curve]:
    """The previous model, updated on a new task's images and on rehearsed ones of older classes.

    `target`: the transductive option's unlabelled stream. Raises ParameterError for weights that
    the method does not know, DivergenceError.
    """
    named = weights.model_dump()
    method.require_known(named)
    classifier, frozen = previous.frozen_copy().requires_grad_(True), previous.frozen_copy()
    n_old = frozen.n_classes
    classifier.add_task(arrival.task, arrival.class_names, generator=generator_for("head"))
    new_ids = list(range(n_old, classifier.n_classes))
    classifier, frozen = devices.place(classifier), devices.place(frozen)
    devices.share_batches(frozen)
    train, val = arrival.train.placed(devices), arrival.val.placed(devices)
    rehearsed = None if rehearsed is None else rehearsed.placed(devices)
    if params.imprint:
        _imprint(classifier, frozen, train, new_ids)
    sampler = RehearsalSampler(
        train,
        rehearsed,
        replay_ratio=ratio_of(params.replay_ratio, n_old=n_old, n_new=len(new_ids)),
        batch=params.batch,
        symmetries=arrival.symmetries if params.symmetries else (),
        shift=params.shift,
        noise=params.noise,
        generator=generator_for("batches"),
        transplant=params.transplant,
        mixup=params.mixup,
        devices=devices,
        target_generator=generator_for("target") if weights.idc else None,
        target=None if target is None else target.placed(devices),
    )
    memory = TermMemory()
    per_class = _class_weights(sampler, classifier.n_classes) if params.class_weights else None

    def objective(batch: Batch) -> dict[str, Tensor]:
        output = classifier(batch.images)
        step = Step(batch, output, classifier, frozen, params, per_class, memory)
        return weighted_terms(step, method.terms, named)

    validation = [val] if rehearsed is None else [val, rehearsed]
    devices.share_batches(classifier)
    curve = fit(
        classifier,
        sampler,
        objective,
        params,
        validation=validation,
        progress=progress,
        after_step=_restores_old_rows(classifier, frozen) if params.freeze_old_rows else _nothing,
        memory=memory,
        checkpoints=checkpoints,
        devices=devices,
    )
    _remember(classifier, train, new_ids)
    if params.reestimate_moments and rehearsed is not None:
        moments = _moments(classifier, rehearsed, range(n_old))
        replace_class_moments(classifier, moments, range(n_old))
    devices.release(classifier)
    return classifier, curve


def _together(sets: Sequence[ImageSet]) -> ImageSet:
    together = sets[0]
    for more in sets[1:]:
        together = together.joined(more)
    return together


def _remember(classifier: Classifier, train: ImageSet, class_ids: Sequence[int]) -> None:
    append_class_moments(classifier, _moments(classifier, train, class_ids))


def _moments(classifier: Classifier, images: ImageSet, class_ids: Sequence[int]) -> ClassMoments:
    batch = batch_length(images.images.shape[-1])
    return class_group_moments(classifier, images, class_ids, batch=batch)


@torch.no_grad()
def _imprint(
    classifier: Classifier, frozen: Classifier, train: ImageSet, new_ids: list[int]
) -> None:
    parts = [frozen.trunk(part.float() / 255) for part in train.parts()]
    classifier.head.imprint(torch.cat(parts), train.labels, new_ids)


def _class_weights(sampler: RehearsalSampler, n_classes: int) -> Tensor:
    """From the counts of the two sets, as in the released configuration."""
    counts = torch.bincount(sampler.real.labels, minlength=n_classes).float()
    if sampler.rehearsed is not None:
        counts = counts + torch.bincount(sampler.rehearsed.labels, minlength=n_classes)
    return class_weights(counts)


def _restores_old_rows(classifier: Classifier, frozen: Classifier) -> Callable[[], None]:
    def restore() -> None:
        with torch.no_grad():
            for ours, old in zip(classifier.head.rows(), frozen.head.rows(), strict=True):
                ours[: len(old)] = old

    return restore


def _nothing() -> None:
    return None
