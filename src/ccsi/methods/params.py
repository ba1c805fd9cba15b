"""Parameters that name the method and say what it may read."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ccsi.frame.section import Section


class MethodParams(Section):
    """`learning`, `rehearsal` and `reads` decide which stages there are and what each depends on;
    see conf/method/.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    learning: Literal["updates", "statistics"]
    rehearsal: Literal["none", "impressions", "exemplars"]
    reads: Literal["task", "seen"]

    @model_validator(mode="after")
    def _consistent(self) -> MethodParams:
        if self.learning == "statistics" and (self.rehearsal, self.reads) != ("none", "task"):
            raise ValueError("learning: statistics needs rehearsal: none and reads: task")
        return self
