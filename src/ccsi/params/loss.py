"""Weights of the update's loss terms. A term of weight 0 is not computed."""

from __future__ import annotations

from pydantic import Field

from ccsi.params.base import Section


class LossWeights(Section):
    """Weights, without unit, each at least 0."""

    ce: float = Field(ge=0)
    distillation: float = Field(ge=0)
    margin: float = Field(ge=0)
    idc: float = Field(ge=0)
    logits: float = Field(ge=0)
    local: float = Field(ge=0)
