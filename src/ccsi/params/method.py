"""Parameters that name the method and say what it may read."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ccsi.params.base import Section


class MethodParams(Section):
    """`rehearsal` and `reads` decide the dependencies of the update; see conf/method/."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    rehearsal: Literal["none", "impressions"]
    reads: Literal["task", "seen"]
