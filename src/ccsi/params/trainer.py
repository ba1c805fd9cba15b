"""Parameters of the machine the learning stages run on."""

from __future__ import annotations

from pydantic import Field

from ccsi.params.base import Section


class TrainerParams(Section):
    """Another number of threads gives other bytes, so it is a parameter and not a default."""

    threads: int = Field(ge=1)
