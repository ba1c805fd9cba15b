"""One step of training, as the loss terms see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

from ccsi.models.classifier import Classifier, Output, moments_kept
from ccsi.training.params import UpdateParams
from ccsi.training.sampling import Batch


@dataclass
class TermMemory:
    """What terms carry from step to step: running class scores S and T of IdC, [K, K] or None."""

    source: Tensor | None = None
    target: Tensor | None = None


@dataclass
class Step:
    """A batch, the network's output on it, and lazily what only some terms need."""

    batch: Batch
    output: Output
    classifier: Classifier
    previous: Classifier | None
    params: UpdateParams | None = None
    class_weights: Tensor | None = None
    memory: TermMemory = field(default_factory=TermMemory)

    @property
    def n_old(self) -> int:
        """The number of classes that the previous model knew; they come first."""
        return self.previous.n_classes if self.previous is not None else 0

    @cached_property
    def old_output(self) -> Output:
        """The frozen previous model's output on the batch."""
        if self.previous is None:
            raise ValueError("this term needs a previous model, and the first task has none")
        with torch.no_grad():
            output: Output = self.previous(self.batch.images)
        return output

    @cached_property
    def target_scores(self) -> Tensor | None:
        """Cosine scores of the target-domain images; the pass updates no running moments."""
        if self.batch.target is None or len(self.batch.target) < 2:
            return None
        with moments_kept(self.classifier):
            output: Output = self.classifier(self.batch.target)
        return output.scores


Term = Callable[[Step], Tensor]


def weighted_terms(
    step: Step, terms: Mapping[str, Term], weights: Mapping[str, float]
) -> dict[str, Tensor]:
    """Each term times its weight; one of weight 0 is not computed."""
    return {name: weights[name] * term(step) for name, term in terms.items() if weights[name]}
