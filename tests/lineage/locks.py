"""A dvc.lock of three tasks, written by hand, with what each stage read and made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

Stages = Mapping[str, tuple[Sequence[str], Sequence[str]]]

# address: what it read, what it made.
CCSI: Stages = {
    "prepare@t1": (["arrived/2024"], ["data/tasks/t1", "data/test/t1"]),
    "prepare@t2": (["arrived/2025"], ["data/tasks/t2", "data/test/t2"]),
    "means@t1": (["data/none", "data/tasks/t1"], ["data/means/t1"]),
    "train@t1": (["data/tasks/t1", "src/ccsi/seeding.py"], ["data/models/t1"]),
    "synthesize@t1": (["data/means/t1", "data/models/t1"], ["data/impressions/t1"]),
    "update@t2": (
        ["data/impressions/t1", "data/models/t1", "data/tasks/t2"],
        ["data/models/t2"],
    ),
    "calibrate@t2": (
        ["data/impressions/t1", "data/models/t2", "data/tasks/t2"],
        ["data/calibration/t2"],
    ),
    "evaluate@t2": (
        ["data/models/t2", "data/test"],
        ["reports/evaluations/t2"],
    ),
}
LUCIR: Stages = {
    **CCSI,
    "exemplars@t1": (["data/models/t1", "data/none", "data/tasks/t1"], ["data/exemplars/t1"]),
    "exemplars@t2": (
        ["data/exemplars/t1", "data/models/t2", "data/tasks/t2"],
        ["data/exemplars/t2"],
    ),
    "update@t2": (["data/exemplars/t1", "data/models/t1", "data/tasks/t2"], ["data/models/t2"]),
}
SLDA: Stages = {
    **CCSI,
    "gather@t1": (["data/models/t1", "data/none", "data/tasks/t1"], ["data/statistics/t1"]),
    "gather@t2": (
        ["data/models/t1", "data/statistics/t1", "data/tasks/t2"],
        ["data/statistics/t2"],
    ),
    "fit@t2": (["data/models/t1", "data/statistics/t2"], ["data/fitted/t2"]),
    "calibrate@t2": (
        ["data/fitted/t2", "data/none", "data/tasks/t2"],
        ["data/calibration/t2"],
    ),
}
ENSEMBLE: Stages = {
    **SLDA,
    "member@m2": (["data/tasks/t1", "src/ccsi/seeding.py"], ["data/members/m2"]),
    "gather@t1": (
        ["data/members", "data/models/t1", "data/none", "data/tasks/t1"],
        ["data/statistics/t1"],
    ),
}


def lock_text(stages: Stages) -> str:
    """As DVC would write it."""

    def rows(paths: Sequence[str]) -> list[dict[str, Any]]:
        return [{"path": path, "md5": md5_of(path)} for path in paths]

    recorded = {
        address: {
            "cmd": f"python stages/{address.replace('@', '.py ')}",
            "deps": rows(deps),
            "outs": rows(outs),
        }
        for address, (deps, outs) in stages.items()
    }
    return yaml.safe_dump({"schema": "2.0", "stages": recorded})


def md5_of(path: str) -> str:
    """Stands for the hash of a path: another for each."""
    return f"{path.encode().hex():0<32}"[-32:]
