"""What a method decides: which loss terms it trains with, and whether it needs old data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ccsi.errors import ParameterError
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
        for key, weight in weights.items():
            if weight and key not in self.terms:
                raise ParameterError(
                    f"params.yaml: loss.{key} = {weight}, but method {self.name} has no such term; "
                    f"its terms: {', '.join(self.terms)}; set loss.{key} to 0"
                )
        if self.starts_afresh and weights["ce"] != 1:
            raise ParameterError(
                f"params.yaml: loss.ce = {weights['ce']}, but it is the only loss of method "
                f"{self.name}, where a weight would just scale update.lr; set it to 1"
            )
        if not any(weights.get(key) for key in self.terms):
            raise ParameterError(
                f"params.yaml: every loss weight of method {self.name} is 0; "
                f"set one of {', '.join(f'loss.{key}' for key in self.terms)}"
            )
