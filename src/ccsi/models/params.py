"""Parameters of the network."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ccsi.frame.section import Section

Positive = Annotated[int, Field(ge=1)]


class ModelParams(Section):
    """The residual network, its normalisation and its head."""

    widths: tuple[Positive, ...] = Field(min_length=1)
    blocks: tuple[Positive, ...] = Field(min_length=1)
    strides: tuple[Positive, ...] = Field(min_length=1)
    stem_stride: int = Field(ge=1, le=4)
    pooled: int = Field(ge=1, le=8)
    multiple: int = Field(ge=1, le=64)
    norm: Literal["cn", "bn"]
    groups: int = Field(ge=1)
    momentum: float = Field(gt=0, le=1)
    head: Literal["cosine", "linear"]
    sigma: float = Field(gt=0)

    @model_validator(mode="after")
    def _consistent(self) -> ModelParams:
        if not len(self.widths) == len(self.blocks) == len(self.strides):
            raise ValueError("widths, blocks and strides must have the same length")
        if any(width % self.groups for width in self.widths):
            raise ValueError(f"every width must be a multiple of groups = {self.groups}")
        return self
