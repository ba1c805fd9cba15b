"""What the class means that a run keeps give away, and what means of fewer or more images would."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsi.audit.gaussian_mechanism import epsilon_of, mean_sensitivity
from ccsi.audit.mean_leak import FEWEST_HELD, attack_mean, mean_leaks
from ccsi.audit.membership import Attack, judge_attack
from ccsi.audit.real_images import RealClass, as_vectors

Row = dict[str, Any]
Vectors = NDArray[np.float64]

COUNTS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000)
MEANS = (
    *("class_id", "class_name", "of", "attack", "count", *Attack.__dataclass_fields__),
    *("best_member", "best_held"),
)
COUNTED = (
    *("class_id", "class_name", "count", "draws", "attack", "auc", "auc_error", "top_is_member"),
    *("best_member", "best_held"),
)


def kept_mean_rows(
    one: RealClass, mean: Vectors, count: int, members: Vectors, held: Vectors, *, of: str
) -> Iterator[Row]:
    """Attacks on the kept mean [d] of a class, from `count` images, in the space `of` its vectors.

    None where there are fewer than FEWEST_HELD held-out images to compare with.
    """
    if len(held) < FEWEST_HELD:
        return
    result = attack_mean(mean, count, members, held)
    for attack, scores in result.members.items():
        yield {
            **{"class_id": one.class_id, "class_name": one.name, "of": of, "attack": attack},
            "count": count,
            **asdict(judge_attack(scores, result.held[attack])),
            **{"best_member": result.best_member, "best_held": result.best_held},
        }


def counted_rows(
    one: RealClass, *, draws: int, generator: np.random.Generator, counts: Sequence[int] = COUNTS
) -> Iterator[Row]:
    """Means of other numbers of images of a class: averages over draws."""
    found: dict[int, list[Mapping[str, float | int]]] = {}
    for row in mean_leaks(as_vectors(one.pool), counts, draws=draws, generator=generator):
        found.setdefault(int(row["count"]), []).append(row)
    for count, rows in found.items():
        for attack in ("correlation", "whitened"):
            auc = np.array([row[attack] for row in rows])
            spread = float(auc.std(ddof=1)) / math.sqrt(len(auc)) if len(auc) > 1 else math.nan
            yield {
                **{"class_id": one.class_id, "class_name": one.name, "count": count},
                **{"draws": len(rows), "attack": attack},
                **{"auc": float(auc.mean()), "auc_error": spread},
                "top_is_member": _mean(rows, f"{attack}_top"),
                "best_member": _mean(rows, "best_member"),
                "best_held": _mean(rows, "best_held"),
            }


def privacy_of_means(
    counts: Sequence[int], *, pixels: int, noise: float | None, delta: float
) -> Row:
    """The (epsilon, delta) that noise on the means guarantees; epsilon None without noise.

    The class of fewest images decides: one image is in one mean. pixels: values of an image.
    noise: None where that of some means is not known, so that nothing is guaranteed.
    """
    sensitivity = mean_sensitivity(pixels=pixels, count=min(counts))
    epsilon = epsilon_of(sensitivity=sensitivity, noise=noise or 0.0, delta=delta)
    guaranteed = None if math.isinf(epsilon) else epsilon
    return {
        **{"noise": noise, "delta": delta, "epsilon": guaranteed},
        **{"sensitivity": sensitivity, "fewest_images": min(counts)},
    }


def _mean(rows: Sequence[Mapping[str, float | int]], key: str) -> float:
    return float(np.mean([row[key] for row in rows]))
