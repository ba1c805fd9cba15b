"""Outputs of tasks that no longer exist: DVC leaves them, and folder dependencies count them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ccsi.config.paths import (
    AUDIT,
    AUDIT_REPORT,
    CALIBRATION,
    EVALUATIONS,
    EXEMPLARS,
    FITTED,
    IMPRESSIONS,
    MEANS,
    MEMBERS,
    MODELS,
    SHEETS,
    STATISTICS,
    TASKS,
    TEST,
)

_MADE = re.compile(r"[tm][1-9]\d*")  # tasks t1, t2, ...; members m2, m3, ...


def leftovers(root: Path, params: Mapping[str, Any]) -> list[Path]:
    """Files and folders named after a task that `params` no longer makes, below `root`, and the
    report of an audit that is none any more.

    Only direct entries of the folders of outputs, named t<number> and perhaps with a suffix, are
    looked at; an output folder that is itself a link is left alone.
    """
    found: list[Path] = []
    for folder, tasks in _expected(params).items():
        place = root / folder
        if not place.is_dir() or place.resolve() != root.resolve() / folder:
            continue
        for entry in sorted(place.iterdir()):
            name = entry.name.split(".")[0]
            if _MADE.fullmatch(name) and name not in tasks:
                found.append(entry)
    report = root / AUDIT_REPORT  # it shows training images
    if not params["audits"] and report.is_dir() and not report.is_symlink():
        found.append(report)
    return found


def remove(paths: list[Path]) -> None:
    """Delete files, links (not what they point to) and folders."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _expected(params: Mapping[str, Any]) -> dict[str, set[str]]:
    tasks = set(params["tasks"])
    rehearsed = set(params["rehearsals"])
    return {
        TASKS: tasks,
        TEST: tasks,
        MEANS: tasks,
        MODELS: {*params["first"], *params["increments"]},
        MEMBERS: set(params["members"]),
        AUDIT: set(params["audits"]),
        CALIBRATION: set(params["calibrations"]),
        IMPRESSIONS: rehearsed,
        EXEMPLARS: set(params["herdings"]),
        STATISTICS: set(params["gatherings"]),
        FITTED: set(params["fits"]),
        EVALUATIONS: tasks,
        SHEETS: tasks | rehearsed,
    }
