"""The training loop, the only one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import torch
from torch import Tensor

from ccsi.execution.checkpoint import NO_CHECKPOINTS, Checkpoints
from ccsi.execution.devices import ONE_CPU, Devices
from ccsi.execution.images import ImageSet
from ccsi.frame.errors import DataError, DivergenceError
from ccsi.frame.progress import Progress
from ccsi.models.classifier import Classifier, accuracy
from ccsi.training.optim import SGD, LearningRate, sgd
from ccsi.training.params import OptimParams
from ccsi.training.resume import Best, Training
from ccsi.training.resume import Curve as Curve
from ccsi.training.sampling import Batch, RehearsalSampler
from ccsi.training.step import TermMemory

Objective = Callable[[Batch], Mapping[str, Tensor]]


def fit(
    classifier: Classifier,
    sampler: RehearsalSampler,
    objective: Objective,
    params: OptimParams,
    *,
    validation: Sequence[ImageSet],
    progress: Progress,
    after_step: Callable[[], None] = lambda: None,
    memory: TermMemory | None = None,
    checkpoints: Checkpoints = NO_CHECKPOINTS,
    devices: Devices = ONE_CPU,
) -> Curve:
    """Minimise the sum of the objective's terms; the classifier is changed in place.

    `validation`, needed for `select: best`: the current task's validation images, and the
    impressions, in sets that may lie on disk; nothing else is ever looked at. `after_step`
    restores what must not move. `memory`: what the objective carries from step to step.
    `checkpoints`: where a killed training goes on; it ends with the same bytes. `devices`: where
    the classifier and the images lie; several processes, killed, start anew. Returns rows {epoch,
    term, value}: the mean of each term, their total, lr and, if it was measured, val_accuracy.
    Raises DataError, DivergenceError.
    """
    if not sampler.steps:
        raise DataError(
            f"{len(sampler.real)} training images make no batch of two; a task needs more images"
        )
    optimiser = sgd(classifier, params)
    rate = LearningRate(optimiser, params, total_steps=params.epochs * sampler.steps)
    run = Training(classifier, optimiser, rate, sampler, memory or TermMemory())
    checkpoints = checkpoints if devices.processes == 1 else NO_CHECKPOINTS
    kept = checkpoints.load()
    if kept is not None:
        run.restore(kept)
        progress.advance(run.images_done())
    while run.epoch < params.epochs:
        classifier.train()
        unseen = Unseen()
        for batch in sampler.epoch():
            index = sampler.step - 1
            rate.before_step(run.epoch * sampler.steps + index)
            terms = _step(classifier, objective, batch, optimiser, params, devices)
            after_step()
            unseen.add(index, terms, len(batch.labels))
            if sampler.step % devices.looks_every == 0 or sampler.step == sampler.steps:
                last = _look(run, unseen)
                progress.advance(unseen.images, loss=last["total"])
                checkpoints.offer(run.capture)
                unseen = Unseen()
        _end_epoch(run, params, validation)
    if run.best.state is not None:
        classifier.load_state_dict(run.best.state)
    _require_finite_weights(classifier)
    classifier.eval()
    return run.curve


@dataclass
class Unseen:
    """The loss terms of steps that the host has not looked at: (step, {term: scalar})."""

    steps: list[tuple[int, Mapping[str, Tensor]]] = field(default_factory=list)
    images: int = 0

    def add(self, index: int, terms: Mapping[str, Tensor], images: int) -> None:
        """Keep one step's terms, where they are."""
        self.steps.append((index, terms))
        self.images += images


def _look(run: Training, unseen: Unseen) -> dict[str, float]:
    """Add the unseen terms up, in order; the last step's. Raises DivergenceError."""
    scalars = [value for _, terms in unseen.steps for value in terms.values()]
    values = iter(torch.stack(scalars).tolist())
    named: dict[str, float] = {}
    for index, terms in unseen.steps:
        named = {name: next(values) for name in terms}
        _require_finite(named, run.epoch, index)
        for name, value in named.items():
            run.sums[name] = run.sums.get(name, 0.0) + value
    return named


def _end_epoch(run: Training, params: OptimParams, validation: Sequence[ImageSet]) -> None:
    means = {name: value / run.sampler.steps for name, value in run.sums.items()}
    if params.select == "best" and validation:
        parts = chain.from_iterable(images.parts() for images in validation)
        labels = torch.cat([images.labels for images in validation])
        means["val_accuracy"] = accuracy(run.classifier, parts, labels)
        _keep_best(run.best, run.classifier, means["val_accuracy"])
    row = {**means, "lr": run.rate.value}
    run.epoch, run.sums = run.epoch + 1, {}
    run.curve += [{"epoch": run.epoch, "term": name, "value": row[name]} for name in row]
    run.rate.after_epoch(means["total"])


def _step(
    classifier: Classifier,
    objective: Objective,
    batch: Batch,
    optimiser: SGD,
    params: OptimParams,
    devices: Devices,
) -> dict[str, Tensor]:
    terms = objective(batch)
    total = torch.stack(list(terms.values())).sum()
    optimiser.zero_grad()
    torch.autograd.backward(total)
    devices.sum_gradients(classifier)
    if params.clip_norm:
        torch.nn.utils.clip_grad_norm_(classifier.parameters(), params.clip_norm)
    optimiser.step()
    return {name: value.detach() for name, value in {**terms, "total": total}.items()}


def _require_finite(named: Mapping[str, float], epoch: int, index: int) -> None:
    for name, value in named.items():
        if not math.isfinite(value):
            raise DivergenceError(
                f"loss term {name} became {value} in epoch {epoch + 1}, step {index + 1}; "
                f"lower lr, set clip_norm, or lower that term's weight"
            )


def _require_finite_weights(classifier: Classifier) -> None:
    """The last step's update is seen by no later loss."""
    for name, tensor in classifier.state_dict().items():
        if not bool(tensor.isfinite().all()):
            raise DivergenceError(
                f"weight {name} is not finite after the last step; lower lr or set clip_norm"
            )


def _keep_best(best: Best, classifier: Classifier, value: float) -> None:
    if value > best.accuracy:  # the earliest of equals
        best.accuracy = value
        best.state = {name: tensor.clone() for name, tensor in classifier.state_dict().items()}
