"""The training loop, the only one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ccsi.errors import DataError, DivergenceError
from ccsi.models.classifier import Classifier
from ccsi.models.predict import accuracy
from ccsi.params.training import OptimParams
from ccsi.progress import Progress
from ccsi.training.images import ImageSet
from ccsi.training.optim import LearningRate, sgd
from ccsi.training.sampling import Batch, RehearsalSampler

Curve = list[dict[str, float | int | str]]
Objective = Callable[[Batch], Mapping[str, Tensor]]


@dataclass
class _Best:
    accuracy: float = -1.0
    state: dict[str, Tensor] | None = None


def fit(
    classifier: Classifier,
    sampler: RehearsalSampler,
    objective: Objective,
    params: OptimParams,
    *,
    validation: ImageSet | None,
    progress: Progress,
    after_step: Callable[[], None] = lambda: None,
) -> Curve:
    """Minimise the sum of the objective's terms; the classifier is changed in place.

    `validation`, needed for `select: best`: the current task's validation images, and the
    impressions; nothing else is ever looked at. `after_step` restores what must not move.
    Returns rows {epoch, term, value}: the mean of each term, their total, lr and, if it was
    measured, val_accuracy. Raises DataError, DivergenceError.
    """
    if not sampler.steps:
        raise DataError(
            f"{len(sampler.real)} training images make no batch of two; a task needs more images"
        )
    optimiser = sgd(classifier, params)
    rate = LearningRate(optimiser, params, total_steps=params.epochs * sampler.steps)
    curve, best = Curve(), _Best()
    for epoch in range(params.epochs):
        classifier.train()
        sums: dict[str, float] = {}
        for index, batch in enumerate(sampler.epoch()):
            rate.before_step(epoch * sampler.steps + index)
            named = _step(classifier, objective, batch, optimiser, params)
            after_step()
            _require_finite(named, epoch, index)
            for name, value in named.items():
                sums[name] = sums.get(name, 0.0) + value
            progress.advance(len(batch.labels), loss=named["total"])
        means = {name: value / sampler.steps for name, value in sums.items()}
        if params.select == "best" and validation is not None:
            means["val_accuracy"] = accuracy(classifier, validation.images, validation.labels)
            _keep_best(best, classifier, means["val_accuracy"])
        row = {**means, "lr": rate.value}
        curve += [{"epoch": epoch + 1, "term": name, "value": row[name]} for name in row]
        rate.after_epoch(means["total"])
    if best.state is not None:
        classifier.load_state_dict(best.state)
    classifier.eval()
    return curve


def _step(
    classifier: Classifier,
    objective: Objective,
    batch: Batch,
    optimiser: torch.optim.SGD,
    params: OptimParams,
) -> dict[str, float]:
    terms = objective(batch)
    total = torch.stack(list(terms.values())).sum()
    optimiser.zero_grad()
    torch.autograd.backward(total)
    if params.clip_norm:
        torch.nn.utils.clip_grad_norm_(classifier.parameters(), params.clip_norm)
    optimiser.step()
    values = torch.stack([*terms.values(), total]).detach().tolist()
    return dict(zip([*terms, "total"], values, strict=True))


def _require_finite(named: Mapping[str, float], epoch: int, index: int) -> None:
    for name, value in named.items():
        if not math.isfinite(value):
            raise DivergenceError(
                f"loss term {name} became {value} in epoch {epoch + 1}, step {index + 1}; "
                f"lower lr, set clip_norm, or lower that term's weight"
            )


def _keep_best(best: _Best, classifier: Classifier, value: float) -> None:
    if value > best.accuracy:  # the earliest of equals
        best.accuracy = value
        best.state = {name: tensor.clone() for name, tensor in classifier.state_dict().items()}
