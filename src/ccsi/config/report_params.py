"""Parameters of the report."""

from __future__ import annotations

from pydantic import Field

from ccsi.frame.section import Section


class ReportParams(Section):
    """What the page holds the run against."""

    bounds: str | None = Field(min_length=1)
