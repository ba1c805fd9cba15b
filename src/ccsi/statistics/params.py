"""Parameters of the head that is solved from statistics."""

from __future__ import annotations

from pydantic import Field

from ccsi.frame.section import Section


class FitParams(Section):
    """Both are relative to the mean diagonal, so that features of any scale take the same."""

    shrinkage: float = Field(gt=0, le=1)
    ridge: float = Field(gt=0)
