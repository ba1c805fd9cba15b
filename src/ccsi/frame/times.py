"""How long stages took, for the forecast of a study: a log beside the outs, never in them."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LOG = Path(".ccsi/times.csv")
COLUMNS = ("stage", "task", "settings", "seconds")


def settings_digest(values: Mapping[str, Any]) -> str:
    """A short digest of a stage's declared parameters but the seed, which changes no duration."""
    told = {key: value for key, value in values.items() if key != "seed"}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def log_seconds(values: Mapping[str, Any], *, stage: str, task: str, seconds: float) -> None:
    """Append one line to the log of the project that was called, also from a queue's own copy.

    A log that cannot be written is told, and costs no result.
    """
    path = Path(os.environ.get("DVC_ROOT", ".")) / LOG
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", newline="") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            writer = csv.writer(stream, lineterminator="\n")
            if stream.tell() == 0:
                writer.writerow(COLUMNS)
            writer.writerow((stage, task, settings_digest(values), f"{seconds:.2f}"))
    except OSError as error:
        print(f"{stage}: cannot write {path}: {error.strerror or error}", file=sys.stderr)
