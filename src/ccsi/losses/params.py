"""Weights of the update's loss terms. A term of weight 0 is not computed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import Field

from ccsi.frame.errors import ParameterError
from ccsi.frame.section import Section


class LossWeights(Section):
    """Weights, without unit, each at least 0."""

    ce: float = Field(ge=0)
    distillation: float = Field(ge=0)
    margin: float = Field(ge=0)
    idc: float = Field(ge=0)
    logits: float = Field(ge=0)
    local: float = Field(ge=0)


def refuse_unusable_weights(
    weights: Mapping[str, float],
    *,
    method: str,
    terms: Collection[str] | None,
    starts_afresh: bool | None,
    where: str = "",
) -> None:
    """Raise ParameterError for weights that a method cannot use.

    weights: by their names in `loss`. terms: the names that the method has a term for.
    starts_afresh: it trains on all images so far, by cross-entropy alone. None where these are not
    known. where: what stands before `loss` in the place that a message names.
    """
    for key, weight in weights.items():
        if weight and terms is not None and key not in terms:
            raise ParameterError(
                f"{where}loss.{key} = {weight}: method {method} has no such term (it has "
                f"{', '.join(terms)}); set it to 0 or choose another method"
            )
    if starts_afresh and weights["ce"] != 1:
        raise ParameterError(
            f"{where}loss.ce = {weights['ce']}: it is the only loss of method {method}, where a "
            "weight would just scale update.lr; set it to 1"
        )
    if not any(weights.values()):
        raise ParameterError(f"{where}loss: every weight is 0; set one, as loss.ce=1")
