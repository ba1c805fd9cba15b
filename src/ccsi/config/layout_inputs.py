"""What the tasks in params.yaml were laid out from, so that a later edit of it is noticed.

`dvc repro` composes nothing. An edit by hand of, say, `split` would change no stage, and be lost
without a word; the stage `layout` compares the digest kept here instead.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ccsi.frame.errors import ParameterError

LAYOUT_INPUTS = (
    "audit.enabled",
    "dataset.class_names",
    "dataset.class_order",
    "dataset.classes",
    "dataset.classes_per_task",
    "dataset.name",
    "dataset.paper_split",
    "dataset.path",
    "dataset.source",
    "evaluate.split",
    "method.learning",
    "method.reads",
    "method.rehearsal",
    "per_task",
    "report.bounds",
    "split",
    "start",
    "statistics.members",
    "update.target",
)


def lay_out_layout(params: Mapping[str, Any]) -> dict[str, str]:
    """`layout`: the digest of what every laid-out section follows from."""
    return {"inputs": inputs_digest({key: _look_up(params, key) for key in LAYOUT_INPUTS})}


def inputs_digest(values: Mapping[str, Any]) -> str:
    """SHA-256, shortened to 16 hexadecimal digits, of the values of LAYOUT_INPUTS."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def check_laid_out(values: Mapping[str, Any], recorded: str) -> None:
    """Raises ParameterError where `values` are no longer those the tasks were laid out from."""
    if inputs_digest(values) != recorded:
        raise ParameterError(
            f"params.yaml: one of {', '.join(values)} was edited by hand, but the tasks below it "
            "are still those of before; give the edit to `ccsi config KEY=VALUE` (keeps it) or "
            "`dvc exp run -S KEY=VALUE` (tries it)"
        )


def _look_up(params: Mapping[str, Any], key: str) -> Any:
    value: Any = params
    for part in key.split("."):
        value = value[part]
    return value
