"""Parameters of the statistics that methods without an update carry from task to task."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ccsi.params.base import Section

Pooling = Literal["mean", "max", "rms"]


class StatisticsParams(Section):
    """Which features of the frozen network the statistics are of."""

    features: Literal["last", "stages"]
    poolings: tuple[Pooling, ...] = Field(min_length=1)
    projections: int = Field(ge=0)
    symmetries: bool

    @model_validator(mode="after")
    def _consistent(self) -> StatisticsParams:
        if len(set(self.poolings)) != len(self.poolings):
            raise ValueError("poolings names one twice")
        return self
