"""How good impressions are: rows of tables, one for each class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from ccsi.audit.fidelity import density_coverage, diversity, kernel_distance
from ccsi.audit.networks import Images, Look, look_at
from ccsi.audit.real_images import RealClass
from ccsi.models.classifier import Classifier

Row = dict[str, Any]

FIDELITY = (
    *("task", "class_id", "class_name", "features", "kind", "n", "n_real"),
    *("kid", "kid_error", "density", "coverage", "diversity"),
)
RECALL = ("task", "class_id", "class_name", "trained_on", "tested_on", "n", "recall")
PREDICTION = ("figure", "features", "spearman", "p", "n")
FEWEST_POINTS = 5


def fidelity_rows(
    task: str,
    real: Sequence[RealClass],
    impressions: Mapping[int, Images],
    network: Classifier,
    *,
    features: str,
    neighbours: int,
    look: Look = look_at,
) -> Iterator[Row]:
    """Impressions of every class, and as many held-out images, against the training images.

    What held-out images reach is what impressions that are as good as real ones would.
    """
    for one in real:
        count = min(len(impressions[one.class_id]), len(one.held))
        reference = look(network, one.members).features
        for kind, images in (("impressions", impressions[one.class_id]), ("held-out", one.held)):
            seen = look(network, images).features[:count]
            distance = kernel_distance(reference, seen)
            density, coverage = density_coverage(reference, seen, neighbours=neighbours)
            yield {
                **_about(task, one),
                "features": features,
                "kind": kind,
                "n": count,
                "n_real": len(reference),
                "kid": distance.value,
                "kid_error": distance.error,
                "density": density,
                "coverage": coverage,
                "diversity": diversity(seen),
            }


def recall_rows(
    task: str,
    real: Sequence[RealClass],
    impressions: Mapping[int, Images],
    on_real: Classifier,
    on_impressions: Classifier,
    *,
    look: Look = look_at,
) -> Iterator[Row]:
    """Trained on real images and tested on impressions, the reverse, and real on real.

    A network trained on real images chooses among all its classes, one trained on impressions
    among those that it has: all that the model knew.
    """
    for one in real:
        tests = (
            ("real", on_real, "impressions", impressions[one.class_id]),
            ("impressions", on_impressions, "held-out", one.held),
            ("real", on_real, "held-out", one.held),
        )
        for trained_on, network, tested_on, images in tests:
            yield {
                **_about(task, one),
                "trained_on": trained_on,
                "tested_on": tested_on,
                "n": len(images),
                "recall": recall(network, one.name, images, look=look),
            }


def recall(network: Classifier, name: str, images: Images, *, look: Look = look_at) -> float:
    """The share of images [n >= 1, H, W, C] that the network takes for the class of that name."""
    chosen = look(network, images).log_probabilities.argmax(axis=1)
    return float((chosen == network.class_names.index(name)).mean())


def prediction_rows(
    fidelity: Sequence[Row], recalls: Sequence[Row], lost: Mapping[tuple[str, int], float]
) -> list[Row]:
    """How each figure goes with forgetting: Spearman's rank correlation over classes and tasks.

    lost: by task and class, the recall of the model that the impressions were made from minus that
    of the next. Classes of one run share their models, so that p is too small.
    """
    columns: dict[tuple[str, str], dict[tuple[str, int], float]] = {}
    for row in fidelity:
        if row["kind"] == "impressions":
            for name in ("kid", "density", "coverage", "diversity"):
                found = columns.setdefault((name, row["features"]), {})
                found[row["task"], row["class_id"]] = row[name]
    for row in recalls:
        if "impressions" in (row["trained_on"], row["tested_on"]):
            figure = f"trained on {row['trained_on']}, tested on {row['tested_on']}"
            columns.setdefault((figure, ""), {})[row["task"], row["class_id"]] = row["recall"]
    return [
        {"figure": figure, "features": features, **_rank_correlation(values, lost)}
        for (figure, features), values in columns.items()
    ]


def _rank_correlation(
    values: Mapping[tuple[str, int], float], lost: Mapping[tuple[str, int], float]
) -> Row:
    shared = [key for key in values if key in lost and not np.isnan(values[key])]
    one, other = ([table[key] for key in shared] for table in (values, lost))
    if len(shared) < FEWEST_POINTS or len(set(one)) < 2 or len(set(other)) < 2:
        return {"spearman": None, "p": None, "n": len(shared)}
    found = spearmanr(one, other)
    return {"spearman": float(found.statistic), "p": float(found.pvalue), "n": len(shared)}


def _about(task: str, one: RealClass) -> Row:
    return {"task": task, "class_id": one.class_id, "class_name": one.name}
