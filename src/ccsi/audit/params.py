"""Parameters of the audit."""

from __future__ import annotations

from pydantic import Field

from ccsi.frame.section import Section


class AuditParams(Section):
    """Whether a run is audited, and how much of the data, the time and the chance it takes."""

    enabled: bool
    epochs: int = Field(ge=1)
    shown: int = Field(ge=1)
    images: int = Field(ge=20)
    neighbours: int = Field(ge=1)
    resamples: int = Field(ge=99)
    draws: int = Field(ge=1)
    delta: float = Field(gt=0, lt=1)
