"""Parameters of the statistics that methods without an update carry from task to task."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ccsi.frame.section import Section

Pooling = Literal["mean", "max", "rms"]


class DictionaryParams(Section):
    """The dictionary of small patches, learned from the first task's images; none if atoms = 0."""

    atoms: int = Field(ge=0)
    patch: int = Field(ge=2, le=16)
    threshold: float = Field(ge=0)


NO_DICTIONARY = DictionaryParams(atoms=0, patch=6, threshold=0.5)


class StatisticsParams(Section):
    """Which features of what stays frozen the statistics are of.

    Models written before a key was there have its default.
    """

    features: Literal["last", "stages"]
    poolings: tuple[Pooling, ...] = Field(min_length=1)
    projections: int = Field(ge=0)
    symmetries: bool
    copies: Literal["each", "mean"] = "each"
    members: int = Field(ge=1, default=1)
    dictionary: DictionaryParams = NO_DICTIONARY

    @model_validator(mode="after")
    def _consistent(self) -> StatisticsParams:
        if len(set(self.poolings)) != len(self.poolings):
            raise ValueError("poolings names one twice")
        return self
