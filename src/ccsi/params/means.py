"""Parameters of the class means that are kept."""

from __future__ import annotations

from pydantic import Field

from ccsi.frame.section import Section


class MeansParams(Section):
    """Of how many images a mean must be, and the noise on it; see docs/privacy.md."""

    minimum: int = Field(ge=0)
    noise: float = Field(ge=0)
    noise_seed: int | None = Field(ge=0)
