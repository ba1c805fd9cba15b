"""How much memory a call takes beyond what the process already had."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

CLEAR = Path("/proc/self/clear_refs")
RESET_PEAK = "5"


def peak_growth(call: Callable[[], object]) -> int:
    """Bytes by which the resident memory rose at most while `call` ran; mapped files count."""
    if not CLEAR.exists():
        pytest.skip("the peak of the resident memory can be reset on Linux alone")
    try:
        CLEAR.write_text(RESET_PEAK)
    except PermissionError:
        pytest.skip("this system does not let a process reset its peak")
    before = _status("VmRSS")
    call()
    return _status("VmHWM") - before


def _status(key: str) -> int:
    found = re.search(rf"{key}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024
