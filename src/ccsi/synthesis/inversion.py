"""Inversion of the frozen model: images optimised until the model sees the class in them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from ccsi.execution.checkpoint import NO_CHECKPOINTS, Checkpoints
from ccsi.execution.devices import ONE_CPU, Devices
from ccsi.frame.errors import DivergenceError, ParameterError
from ccsi.frame.progress import Progress
from ccsi.models.classifier import Classifier
from ccsi.synthesis.initialise import balanced_labels, starting_images
from ccsi.synthesis.jitter import random_view
from ccsi.synthesis.objective import SynthesisLoss, synthesis_loss
from ccsi.synthesis.params import SynthesisParams
from ccsi.synthesis.resume import Inversion, Points, Synthesis
from ccsi.synthesis.turns import gather, pass_over

CURVE_POINTS = 50


@dataclass(frozen=True)
class Impressions:
    """images uint8 [M, C, H, W], labels int64 [M], curve rows {iteration, term, value}."""

    images: Tensor
    labels: Tensor
    curve: list[dict[str, float | int | str]]


def synthesize(
    classifier: Classifier,
    means: Tensor,
    params: SynthesisParams,
    *,
    flip: bool,
    generator: Generator,
    progress: Progress,
    checkpoints: Checkpoints = NO_CHECKPOINTS,
    devices: Devices = ONE_CPU,
) -> Impressions:
    """Impressions of every class the classifier knows, in balanced batches.

    means [K, C, H, W] in [0, 1]; `flip`: the data set declares horizontal mirror symmetry.
    The classifier is copied, so nothing in it changes. `checkpoints`: where a killed synthesis goes
    on; it ends with the same bytes. `devices`: processes take the batches in turn; the
    result is the same on each, and as one process makes it; killed, they start anew. Raises
    DivergenceError, ParameterError.
    """
    if params.jitter >= min(means.shape[-2:]):
        raise ParameterError(
            f"params.yaml: synthesis.jitter = {params.jitter} pixels would shift images of "
            f"{means.shape[-2]}x{means.shape[-1]} out of view; lower it"
        )
    frozen, means = devices.place(classifier.frozen_copy()), devices.place(means)
    labels = balanced_labels(frozen.n_classes, params.impressions_per_class)
    run = Synthesis(generator)
    checkpoints = checkpoints if devices.processes == 1 else NO_CHECKPOINTS
    kept = checkpoints.load()
    if kept is not None:
        run.restore(kept, params, devices)
        done = sum(len(images) for images in run.finished) * params.iterations
        progress.advance(done + (run.open.step * len(run.open.images) if run.open else 0))
    parts = torch.split(labels, params.batch)
    for number, part in list(enumerate(parts))[len(run.finished) :]:
        if number % devices.processes != devices.rank:
            pass_over(run, part, means, params)
            continue
        part = devices.place(part)
        if run.open is None:
            start = starting_images(means, part, params, generator=generator)
            run.open = Inversion.begin(start, params)
        best = _invert(frozen, run, part, params, flip, progress, checkpoints, devices)
        run.finished.append((best * 255).round().to(torch.uint8).cpu())
        run.curves.append(run.open.curve)
        run.open = None
    gather(run, devices)
    return Impressions(torch.cat(run.finished), labels, _mean_curve(run.curves))


def learning_rate(step: int, params: SynthesisParams) -> float:
    """Linear warm-up, then cosine decay to 0; step counts from 0."""
    if step < params.warmup:
        return params.lr * (step + 1) / params.warmup
    span = max(params.iterations - params.warmup, 1)
    return params.lr * 0.5 * (1 + math.cos(math.pi * (step - params.warmup) / span))


def _invert(
    frozen: Classifier,
    run: Synthesis,
    labels: Tensor,
    params: SynthesisParams,
    flip: bool,
    progress: Progress,
    checkpoints: Checkpoints,
    devices: Devices,
) -> Tensor:
    """Optimise the open batch to its end; the images to keep, [N, C, H, W] in [0, 1]."""
    at = run.open
    assert at is not None
    every = max(params.iterations // CURVE_POINTS, 1)
    while at.step < params.iterations:
        at.optimiser.lr = learning_rate(at.step, params)
        view = random_view(
            at.images, jitter=params.jitter, flip=flip and params.flip, generator=run.generator
        )
        loss = synthesis_loss(frozen, at.images, labels, params, view=view)
        if loss.is_empty:  # every weight is 0: impressions are the noisy means themselves
            progress.advance(len(labels) * params.iterations)
            return at.images.detach()
        total = loss.total()
        (gradient,) = torch.autograd.grad(total, at.images)
        last = at.step == params.iterations - 1
        looks = last or (at.step + 1) % devices.looks_every == 0
        at.note(total.isfinite() & gradient.isfinite().all())
        if last or at.step % every == 0:
            at.unseen.append((at.step, loss.scalars()))
        if looks and (broken := at.look()) is not None:
            raise _diverged(loss, broken)
        at.optimiser.step(gradient)
        with torch.no_grad():
            at.images.clamp_(0, 1)
        if params.keep == "best" and (last or (at.step + 1) % params.keep_every == 0):
            _keep_best(frozen, at, labels, params)
        at.step += 1
        progress.advance(len(labels), loss=at.curve[-1]["total"] if at.curve else None)
        if looks:
            checkpoints.offer(run.capture)
    return at.best if params.keep == "best" else at.images.detach()


def _diverged(loss: SynthesisLoss, step: int) -> DivergenceError:
    """Which term, since when, and what to do; terms are those of the step that was looked at."""
    named = loss.named()
    term = next((name for name, value in named.items() if not math.isfinite(value)), "gradient")
    told = ", ".join(f"{name} {value:.4g}" for name, value in named.items())
    return DivergenceError(
        f"synthesis: {term} is not finite at iteration {step + 1}; terms: {told}; lower "
        "synthesis.lr or the weight of the term that grew"
    )


@torch.no_grad()
def _keep_best(frozen: Classifier, at: Inversion, labels: Tensor, params: SynthesisParams) -> None:
    """Per image, the unjittered one with the lowest own loss so far."""
    images = at.images.detach()
    loss = synthesis_loss(frozen, images, labels, params.model_copy(update={"batch_moments": 0.0}))
    if not loss.per_image:  # nothing to choose by: the latest
        at.best = images.clone()
        return
    own = loss.own()
    better = own < at.best_loss
    at.best = torch.where(better[:, None, None, None], images, at.best)
    at.best_loss = torch.where(better, own, at.best_loss)


def _mean_curve(curves: list[Points]) -> list[dict[str, float | int | str]]:
    rows: list[dict[str, float | int | str]] = []
    for points in zip(*curves, strict=True):
        for term in points[0]:  # a process that made no batch knows no term, and has no curve
            if term != "iteration":
                value = sum(point[term] for point in points) / len(points)
                rows.append(
                    {"iteration": int(points[0]["iteration"]), "term": term, "value": value}
                )
    return rows
