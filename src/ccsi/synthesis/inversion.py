"""Inversion of the frozen model: images optimised until the model sees the class in them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from ccsi.errors import DivergenceError, ParameterError
from ccsi.models.classifier import Classifier
from ccsi.params.synthesis import SynthesisParams
from ccsi.progress import Progress
from ccsi.synthesis.initialise import balanced_labels, starting_images
from ccsi.synthesis.jitter import random_view
from ccsi.synthesis.objective import synthesis_loss

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
) -> Impressions:
    """Impressions of every class the classifier knows, in balanced batches.

    means [K, C, H, W] in [0, 1]; `flip`: the data set declares horizontal mirror symmetry.
    The classifier is copied, so nothing in it changes. Raises DivergenceError, ParameterError.
    """
    if params.jitter >= min(means.shape[-2:]):
        raise ParameterError(
            f"params.yaml: synthesis.jitter = {params.jitter} pixels would shift images of "
            f"{means.shape[-2]}x{means.shape[-1]} out of view; lower it"
        )
    frozen = classifier.frozen_copy()
    labels = balanced_labels(frozen.n_classes, params.impressions_per_class)
    images, curves = [], []
    for part in torch.split(labels, params.batch):
        start = starting_images(means, part, params, generator=generator)
        best, curve = _invert(frozen, start, part, params, flip, generator, progress)
        images.append((best * 255).round().to(torch.uint8))
        curves.append(curve)
    return Impressions(torch.cat(images), labels, _mean_curve(curves))


def learning_rate(step: int, params: SynthesisParams) -> float:
    """Linear warm-up, then cosine decay to 0; step counts from 0."""
    if step < params.warmup:
        return params.lr * (step + 1) / params.warmup
    span = max(params.iterations - params.warmup, 1)
    return params.lr * 0.5 * (1 + math.cos(math.pi * (step - params.warmup) / span))


def _invert(
    frozen: Classifier,
    start: Tensor,
    labels: Tensor,
    params: SynthesisParams,
    flip: bool,
    generator: Generator,
    progress: Progress,
) -> tuple[Tensor, list[dict[str, float]]]:
    images = start.clone().requires_grad_(True)
    optimiser = torch.optim.Adam([images], lr=params.lr, betas=params.betas)
    best, best_loss = start.clone(), torch.full((len(labels),), float("inf"))
    every, curve = max(params.iterations // CURVE_POINTS, 1), []
    for step in range(params.iterations):
        optimiser.param_groups[0]["lr"] = learning_rate(step, params)
        view = random_view(
            images, jitter=params.jitter, flip=flip and params.flip, generator=generator
        )
        loss = synthesis_loss(frozen, images, labels, params, view=view)
        if loss.is_empty:  # every weight is 0: impressions are the noisy means themselves
            progress.advance(len(labels) * params.iterations)
            return start, []
        (images.grad,) = torch.autograd.grad(loss.total(), images)
        optimiser.step()
        with torch.no_grad():
            images.clamp_(0, 1)
        last = step == params.iterations - 1
        if params.keep == "best" and (last or (step + 1) % params.keep_every == 0):
            best, best_loss = _keep_best(frozen, images.detach(), labels, params, best, best_loss)
        if last or step % every == 0:
            named = {"iteration": float(step + 1), **loss.named()}
            if not math.isfinite(named["total"]):
                raise DivergenceError(
                    f"synthesis became {named['total']} at iteration {step + 1}; "
                    f"terms {named}; lower synthesis.lr or the weight of the term that grew"
                )
            curve.append(named)
        progress.advance(len(labels), loss=curve[-1]["total"])
    return (best if params.keep == "best" else images.detach()), curve


@torch.no_grad()
def _keep_best(
    frozen: Classifier,
    images: Tensor,
    labels: Tensor,
    params: SynthesisParams,
    best: Tensor,
    best_loss: Tensor,
) -> tuple[Tensor, Tensor]:
    """Per image, the unjittered one with the lowest own loss so far."""
    loss = synthesis_loss(frozen, images, labels, params.model_copy(update={"batch_moments": 0.0}))
    if not loss.per_image:  # nothing to choose by: the latest
        return images.clone(), best_loss
    own = loss.own()
    better = own < best_loss
    return torch.where(better[:, None, None, None], images, best), torch.where(
        better, own, best_loss
    )


def _mean_curve(curves: list[list[dict[str, float]]]) -> list[dict[str, float | int | str]]:
    rows: list[dict[str, float | int | str]] = []
    for points in zip(*curves, strict=True):
        for term in points[0]:
            if term != "iteration":
                value = sum(point[term] for point in points) / len(points)
                rows.append(
                    {"iteration": int(points[0]["iteration"]), "term": term, "value": value}
                )
    return rows
