"""What an audit left behind, read for the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ccsi.frame.artifacts import load_array, load_json, load_table


@dataclass(frozen=True)
class AuditShown:
    """record: audit.json; pairs: rows of pairs.csv with images uint8 [3, H, W, C]; files: names of
    what else there is, below the audit's folder.
    """

    record: Mapping[str, Any]
    pairs: Sequence[tuple[Mapping[str, str], np.ndarray]]
    files: tuple[str, ...]


def load_audit(folder: Path) -> AuditShown | None:
    """The audit in `folder`; None where a placeholder stands for "none".

    Raises ArtifactError where files are missing or damaged.
    """
    if not folder.is_dir():
        return None
    rows = load_table(folder / "pairs.csv")
    images = [load_array(folder / f"pairs/{place}.npy") for place in range(len(rows))]
    files = sorted(path.name for path in folder.iterdir() if path.suffix in (".csv", ".png"))
    record = load_json(folder / "audit.json")
    record["impressions"] = {t: record["impressions"][t] for t in in_order(record["impressions"])}
    return AuditShown(record, list(zip(rows, images, strict=True)), ("audit.json", *files))


def in_order(tasks: Iterable[str]) -> list[str]:
    """Tasks by their number, as no file keeps them: t2 before t10."""
    return sorted(tasks, key=lambda task: int(task[1:]))
