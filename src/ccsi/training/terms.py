"""The named loss terms that methods choose from."""

from __future__ import annotations

from torch import Tensor

from ccsi.losses.classification import cross_entropy, local_cross_entropy
from ccsi.losses.distillation import (
    distillation_scale,
    feature_distillation,
    logit_distillation,
)
from ccsi.losses.intra_domain import intra_domain_contrast, running_class_scores
from ccsi.losses.margin import margin_ranking
from ccsi.training.params import UpdateParams
from ccsi.training.step import Step


def ce(step: Step) -> Tensor:
    """Cross-entropy over all seen classes."""
    return cross_entropy(step.output.logits, step.batch.labels, class_weights=step.class_weights)


def local_ce(step: Step) -> Tensor:
    """Cross-entropy of the task's own images among the task's own classes."""
    n_real = step.batch.n_real
    return local_cross_entropy(
        step.output.logits[:n_real],
        step.batch.labels[:n_real],
        n_old=step.n_old,
        class_weights=step.class_weights,
    )


def distillation(step: Step) -> Tensor:
    """sqrt(|C_old| / |C_t|) times the cosine distance to the previous model's features."""
    distance = feature_distillation(step.output.features, step.old_output.features)
    return distillation_scale(step.n_old, step.classifier.n_classes - step.n_old) * distance


def margin(step: Step) -> Tensor:
    """Margin ranking of old classes against the new ones."""
    params, n_real = _params(step), step.batch.n_real
    return margin_ranking(
        step.output.scores[n_real:],
        step.batch.labels[n_real:],
        n_old=step.n_old,
        margin=params.margin,
        top_k=params.top_k,
    )


def logits(step: Step) -> Tensor:
    """Logit distillation on every image of the batch (LwF: the task's own images)."""
    temperature = _params(step).temperature
    return logit_distillation(step.output.logits, step.old_output.logits, temperature=temperature)


def synthetic_logits(step: Step) -> Tensor:
    """Logit distillation on impressions alone."""
    n_real = step.batch.n_real
    if n_real == len(step.batch.labels):
        return step.output.logits.sum() * 0
    return logit_distillation(
        step.output.logits[n_real:],
        step.old_output.logits[n_real:],
        temperature=_params(step).temperature,
    )


def idc(step: Step) -> Tensor:
    """Intra-domain contrast of the labelled batch and the target domain."""
    params, memory, size = _params(step), step.memory, step.classifier.n_classes
    scores = step.output.scores
    empty = scores.new_zeros(size, size)
    source = empty if memory.source is None else memory.source
    target = empty if memory.target is None else memory.target
    first = step.n_old if params.target == "task" else 0
    source = running_class_scores(source, scores, step.batch.labels, rho=params.rho)
    if step.target_scores is not None:
        predicted = step.target_scores.detach()[:, first:].argmax(1) + first
        target = running_class_scores(target, step.target_scores, predicted, rho=params.rho)
    memory.source, memory.target = source.detach(), target.detach()
    return intra_domain_contrast(source, target, tau=params.tau, first=first)


def _params(step: Step) -> UpdateParams:
    if step.params is None:
        raise ValueError("this term needs the update's parameters, and the first task has none")
    return step.params
