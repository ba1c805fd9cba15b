"""Parameters of the memory of real images, which data-free methods do not have."""

from __future__ import annotations

from pydantic import Field

from ccsi.frame.section import Section


class ExemplarParams(Section):
    """How many training images of each class are kept."""

    per_class: int = Field(ge=1)
