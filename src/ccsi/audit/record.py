"""audit.json: the tables of an audit summed up in the numbers that are read first."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ccsi.audit.two_sample import combined

Row = Mapping[str, Any]
DIGITS = 6


@dataclass(frozen=True)
class Circumstances:
    """What a reader must know beside the numbers. held: which images nothing learned from."""

    dataset: str
    method: str
    seed: int
    held: str
    keeps: tuple[str, ...]
    """Beside models and class means: impressions, exemplars, statistics."""


def audit_record(
    tables: Mapping[str, Sequence[Row]],
    circumstances: Circumstances,
    *,
    independent_recall: float,
    privacy: Row,
) -> dict[str, Any]:
    """Numbers of all classes together; every number of a single class stands in the tables.

    What does not apply, or under a condition, is said in words under `not_applicable`.
    """
    tasks = list(dict.fromkeys(row["task"] for row in tables["neighbours"]))
    record = {
        **asdict(circumstances),
        "keeps": list(circumstances.keeps),
        "independent_recall": independent_recall,
        "impressions": {task: _impressions(tables, task) for task in tasks},
        "membership": [dict(row) for row in tables["membership"] if row["of"] == "all"],
        "kept_means": _worst_means(tables["means"]),
        "mean_counts": _mean_counts(tables["mean_counts"]),
        "privacy_of_means": dict(privacy),
        "not_applicable": _not_applicable(tables, circumstances, privacy),
    }
    return {key: _rounded(value) for key, value in record.items()}


def _impressions(tables: Mapping[str, Sequence[Row]], task: str) -> dict[str, Any]:
    """Means over the classes of one task's impressions; p values by Fisher's method."""
    near = [row for row in tables["neighbours"] if row["task"] == task]
    fine = [row for row in tables["fidelity"] if row["task"] == task]
    seen = [row for row in tables["recall"] if row["task"] == task]
    found: dict[str, Any] = {"classes": len({row["class_id"] for row in near})}
    found["n"] = sum(row["n"] for row in near if row["space"] == "pixels")
    for space in ("pixels", "features"):
        rows = [row for row in near if row["space"] == space]
        found[f"p_{space}"] = combined([row["p"] for row in rows])
        found[f"closer_{space}"] = _mean(rows, "closer")
        found[f"expected_{space}"] = _mean(rows, "expected")
        found[f"copies_{space}"] = sum(row["copies"] for row in rows)
    for row in seen:
        key = f"recall_trained_on_{row['trained_on']}_tested_on_{row['tested_on']}"
        same = [r for r in seen if (r["trained_on"], r["tested_on"]) == _kinds(row)]
        found[key.replace("-", "_")] = _mean(same, "recall")
    for features in ("independent", "own"):
        for kind in ("impressions", "held-out"):
            rows = [r for r in fine if (r["features"], r["kind"]) == (features, kind)]
            for name in ("kid", "density", "coverage", "diversity"):
                found[f"{name}_{features}_{kind}".replace("-", "_")] = _mean(rows, name)
    return found


def _worst_means(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """For each space and attack the class whose mean gives away most."""
    groups = dict.fromkeys((row["of"], row["attack"]) for row in rows)
    return [
        dict(max((r for r in rows if (r["of"], r["attack"]) == group), key=lambda r: r["auc"]))
        for group in groups
    ]


def _mean_counts(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """By number of images and attack: the mean over classes, and the worst class."""
    groups = dict.fromkeys((row["count"], row["attack"]) for row in rows)
    found = []
    for count, attack in groups:
        same = [r for r in rows if (r["count"], r["attack"]) == (count, attack)]
        found.append(
            {
                **{"count": count, "attack": attack, "classes": len(same)},
                **{"auc": _mean(same, "auc"), "auc_worst": max(r["auc"] for r in same)},
                "top_is_member": _mean(same, "top_is_member"),
                "best_member": _mean(same, "best_member"),
                "best_held": _mean(same, "best_held"),
            }
        )
    return found


def _not_applicable(
    tables: Mapping[str, Sequence[Row]], circumstances: Circumstances, privacy: Row
) -> list[str]:
    told = []
    if not tables["neighbours"] and "impressions" in circumstances.keeps:
        told.append("no class with impressions has images of both kinds left to compare them with")
    elif not tables["neighbours"]:
        told.append(
            f"method {circumstances.method} makes no impressions: nothing is said of their "
            "quality, of nearest neighbours, and of membership by impressions"
        )
    if "exemplars" in circumstances.keeps:
        told.append(
            f"method {circumstances.method} keeps real images (data/exemplars): whoever has them "
            "needs no attack"
        )
    if not tables["means"]:
        told.append("there are too few held-out images of each class to attack the kept means")
    if privacy["noise"]:
        told.append(
            "the epsilon of the means' noise holds against those who do not know the noise: with "
            "means.noise_seed=null nobody does, with a seed whoever has params.yaml does"
        )
    return told


def _kinds(row: Row) -> tuple[str, str]:
    return row["trained_on"], row["tested_on"]


def _mean(rows: Sequence[Row], key: str) -> float:
    values = [row[key] for row in rows if not math.isnan(row[key])]
    return float(np.mean(values)) if values else math.nan


def _rounded(value: Any) -> Any:
    """JSON has no NaN and no infinity, and the last digits of a float differ between machines."""
    if isinstance(value, Mapping):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    if isinstance(value, float):
        return round(value, DIGITS) if math.isfinite(value) else None
    return value
