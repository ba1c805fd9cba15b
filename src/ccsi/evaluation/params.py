"""Parameters of the evaluation."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ccsi.frame.section import Section


class EvaluateParams(Section):
    """Which images are read, and the resolution of the calibration error."""

    split: Literal["test", "val"]
    bins: int = Field(ge=2, le=100)
    batch: int = Field(ge=1)
