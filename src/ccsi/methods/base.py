"""What a method decides: which loss terms it trains with, and whether it needs old data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ccsi.losses.params import refuse_unusable_weights
from ccsi.training.step import Term


@dataclass(frozen=True)
class Method:
    """A method's named choices.

    terms: the update's loss terms by the name of their weight in `loss`. starts_afresh: each task
    trains a new network on all the images it is given. data_free: reads no image of an old task.
    head: of a method that trains nothing after the first task, a name in
    ccsi.statistics.heads: how the head is solved from statistics.
    """

    name: str
    terms: Mapping[str, Term]
    starts_afresh: bool = False
    data_free: bool = True
    head: str | None = None

    def require_known(self, weights: Mapping[str, float]) -> None:
        """Raises ParameterError where a weight is set that no term of this method uses."""
        refuse_unusable_weights(
            weights,
            method=self.name,
            terms=self.terms,
            starts_afresh=self.starts_afresh,
            where="params.yaml: ",
        )
