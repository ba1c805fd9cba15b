"""What a run's page shows of its audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccsi.reporting.audit_results import AuditShown
from ccsi.reporting.data_uri import image_row
from ccsi.reporting.picture_rows import Picture

KINDS = (
    "an impression, the nearest training image, and the held-out image nearest to the impression"
)


def audit_links(audit: AuditShown | None) -> dict[str, dict[str, str]]:
    """Addresses relative to reports/ of the audit's files."""
    if audit is None:
        return {}
    return {"Audit": {name: f"audit/{name}" for name in audit.files}}


def closest_pairs(audit: AuditShown) -> list[Picture]:
    """The closest pair of each class, of the impressions from the last model that made some."""
    tasks = [row["task"] for row, _ in audit.pairs]
    return [
        Picture(
            image_row(images),
            f"{row['class_name']}: {_near(row['distance'])} and {_near(row['held_distance'])}",
            f"Of {row['class_name']}: {KINDS}",
        )
        for row, images in audit.pairs
        if row["task"] == tasks[-1]
    ]


def counted(audit: AuditShown) -> list[Mapping[str, Any]]:
    """What means of each number of images give away to the stronger attack."""
    return [row for row in audit.record["mean_counts"] if row["attack"] == "whitened"]


def _near(distance: str) -> str:
    return f"{float(distance):.2f}"
