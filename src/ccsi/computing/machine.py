"""Which processor computed a result: the bytes of training depend on it.

The record lies in the output folder itself, so it stays true when DVC takes the output from a
cache that another machine filled.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ccsi.computing.runtime import machine_type
from ccsi.frame.artifacts import load_json

MACHINE_FILE = "machine.json"


def describe_machine(capability: str) -> dict[str, str]:
    """Machine type, processor vendor and vector capability (as PyTorch names it)."""
    return {"capability": capability, "machine": machine_type(), "vendor": _vendor()}


def collect_machines(folders: Sequence[Path]) -> dict[str, Any]:
    """The distinct machines recorded in the sub-folders of `folders`: {"machines": [...]}."""
    files = sorted(file for folder in folders for file in folder.glob(f"*/{MACHINE_FILE}"))
    distinct = {json.dumps(load_json(file), sort_keys=True) for file in files}
    return {"machines": [json.loads(record) for record in sorted(distinct)]}


def _vendor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip() in ("vendor_id", "CPU implementer"):
            return value.strip()
    return platform.processor() or "unknown"
