"""L_syn: what an impression minimises (method: CCSI, step 2)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ccsi.models.classifier import Classifier
from ccsi.models.norm import LayerMoments
from ccsi.synthesis.losses.feature_stats import batch_moment_distance, group_moment_distance
from ccsi.synthesis.losses.image_prior import intensity, total_variation
from ccsi.synthesis.params import SynthesisParams


@dataclass(frozen=True)
class SynthesisLoss:
    """Weighted terms: `per_image` name -> [N], and the batch term `batch_moments`, a scalar."""

    per_image: dict[str, Tensor]
    batch_moments: Tensor | None

    @property
    def is_empty(self) -> bool:
        """No term has a weight."""
        return not self.per_image and self.batch_moments is None

    def own(self) -> Tensor:
        """Each image's own loss [N]: nothing of it depends on who shares the batch."""
        return torch.stack(list(self.per_image.values())).sum(0)

    def total(self) -> Tensor:
        """The scalar to minimise."""
        if self.batch_moments is None:
            return self.own().mean()
        return self.own().mean() + self.batch_moments if self.per_image else self.batch_moments

    def scalars(self) -> dict[str, Tensor]:
        """Each weighted term and their total, for the curves, where they lie."""
        values = {name: term.detach().mean() for name, term in self.per_image.items()}
        if self.batch_moments is not None:
            values["batch_moments"] = self.batch_moments.detach()
        return {**values, "total": self.total().detach()}

    def named(self) -> dict[str, float]:
        """The same as numbers, for which the host waits."""
        return {name: float(value) for name, value in self.scalars().items()}


def synthesis_loss(
    classifier: Classifier,
    images: Tensor,
    labels: Tensor,
    params: SynthesisParams,
    *,
    view: Tensor | None = None,
) -> SynthesisLoss:
    """a_ce CE(f(x), c) + a_f R(x) + a_tv TV(x) + a_l2 ||x||_2; a term of weight 0 is left out.

    images [N, C, H, W] in [0, 1], labels [N]; the classifier is in evaluation mode.
    R adds, over layers, b_l times the batch-moment and the group-moment distance; the latter is a
    number without gradient where `group_gradient` is off, as in the released code.
    `view`: the shifted and mirrored images that the network sees. The priors on pixels judge the
    images themselves: the zeros that a shift brings in would be an edge, and the images would
    darken at their border to hide it.
    """
    moments: list[LayerMoments] = []
    wanted = bool(params.statistics and (params.batch_moments or params.group_moments))
    seen = images if view is None else view
    logits = classifier(seen, moments if wanted else None).logits
    per_image: dict[str, Tensor] = {}
    if params.ce:
        per_image["ce"] = params.ce * F.cross_entropy(logits, labels, reduction="none")
    if params.tv:
        per_image["tv"] = params.tv * total_variation(images)
    if params.l2:
        per_image["l2"] = params.l2 * intensity(images)
    if params.statistics and params.group_moments:
        weight = params.statistics * params.group_moments
        term = _group_term(classifier, moments, labels, params)
        per_image["group_moments"] = weight * (term if params.group_gradient else term.detach())
    batch = None
    if params.statistics and params.batch_moments:
        batch = params.statistics * params.batch_moments * _batch_term(classifier, moments, params)
    return SynthesisLoss(per_image, batch)


def _layer_weights(params: SynthesisParams, layers: int) -> list[float]:
    return [params.first_layer] + [1.0] * (layers - 1)


def _batch_term(
    classifier: Classifier, moments: list[LayerMoments], params: SynthesisParams
) -> Tensor:
    norms = classifier.norms()
    terms = [
        weight * batch_moment_distance(m.batch_mean, m.batch_var, n.running_mean, n.running_var)
        for weight, m, n in zip(_layer_weights(params, len(norms)), moments, norms, strict=True)
    ]
    return torch.stack(terms).sum()


def _group_term(
    classifier: Classifier, moments: list[LayerMoments], labels: Tensor, params: SynthesisParams
) -> Tensor:
    norms = classifier.norms()
    terms = [
        weight
        * group_moment_distance(
            m.group_mean, m.group_var, n.class_mean[labels], n.class_var[labels]
        )
        for weight, m, n in zip(_layer_weights(params, len(norms)), moments, norms, strict=True)
    ]
    return torch.stack(terms).sum(0)
