"""Parameters of the synthesis of impressions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ccsi.frame.section import Section


class SynthesisParams(Section):
    """How many impressions, where they start, what they minimise, and for how long."""

    impressions_per_class: int = Field(ge=1)
    batch: int = Field(ge=1)
    iterations: int = Field(ge=1)
    lr: float = Field(gt=0)
    betas: tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]]
    warmup: int = Field(ge=0)
    start: Literal["mean", "noise"]
    start_noise: float = Field(ge=0)
    ce: float = Field(ge=0)
    statistics: float = Field(ge=0)
    batch_moments: float = Field(ge=0)
    group_moments: float = Field(ge=0)
    group_gradient: bool
    first_layer: float = Field(ge=0)
    tv: float = Field(ge=0)
    l2: float = Field(ge=0)
    jitter: int = Field(ge=0)
    flip: bool
    keep_every: int = Field(ge=1)
    keep: Literal["best", "last"]
    devices: int | None = Field(ge=1)

    @property
    def has_terms(self) -> bool:
        """Some term has a weight; else impressions are the noisy starts themselves."""
        moments = self.statistics and (self.batch_moments or self.group_moments)
        return bool(self.ce or self.tv or self.l2 or moments)

    @model_validator(mode="after")
    def _guided(self) -> SynthesisParams:
        unguided = self.model_copy(update={"group_moments": 0.0})
        if self.has_terms and not self.group_gradient and not unguided.has_terms:
            raise ValueError(
                "group_gradient = false leaves nothing to optimise: no other term has a weight"
            )
        return self

    @model_validator(mode="after")
    def _decays(self) -> SynthesisParams:
        if self.warmup >= self.iterations:
            raise ValueError(f"warmup = {self.warmup} must be less than iterations")
        return self
