"""Tables of quality."""

import math

import numpy as np
import pytest

from ccsi.audit.quality import FIDELITY, RECALL, fidelity_rows, prediction_rows, recall_rows
from tests.audit.real_classes import real, synthetic
from tests.toy_networks import classifier


def test_held_out_images_show_what_is_within_reach() -> None:
    """Impressions that are fresh real images reach it; those all alike do not."""
    network, classes = classifier(), real()
    good = list(fidelity_rows("t1", classes, synthetic(24), network, features="own", neighbours=3))
    assert all(tuple(row) == FIDELITY for row in good)
    assert [row["kind"] for row in good] == ["impressions", "held-out"] * 2
    assert {row["n"] for row in good} == {24}
    alike = {c: np.repeat(images[:1], 24, axis=0) for c, images in synthetic().items()}
    bad = list(fidelity_rows("t1", classes, alike, network, features="own", neighbours=3))
    for fresh, held, same in zip(good[::2], good[1::2], bad[::2], strict=True):
        assert abs(fresh["kid"] - held["kid"]) < 5 * (fresh["kid_error"] + held["kid_error"])
        assert same["kid"] > fresh["kid"]
        assert same["coverage"] < fresh["coverage"]
        assert same["diversity"] == pytest.approx(0, abs=1e-4)


def test_recall_of_both_directions() -> None:
    network = classifier()
    rows = list(recall_rows("t1", real(), synthetic(), network, network))
    assert all(tuple(row) == RECALL for row in rows)
    assert [(row["trained_on"], row["tested_on"], row["n"]) for row in rows[:3]] == [
        ("real", "impressions", 12),
        ("impressions", "held-out", 24),
        ("real", "held-out", 24),
    ]
    assert rows[1]["recall"] == rows[2]["recall"]
    # The toy network has not been trained: it takes all images for one class.
    assert rows[1]["recall"] + rows[4]["recall"] == pytest.approx(1, abs=0.3)


def fidelity(values: list[float]) -> list[dict[str, object]]:
    shared = {"task": "t1", "features": "own", "kind": "impressions"}
    return [
        {**shared, "class_id": c, "kid": v, "density": 1.0, "coverage": math.nan, "diversity": -v}
        for c, v in enumerate(values)
    ]


def test_a_figure_that_orders_classes_as_forgetting_does_predicts_it() -> None:
    lost = {("t1", c): value for c, value in enumerate([0.0, 0.1, 0.2, 0.4, 0.8])}
    rows = prediction_rows(fidelity([1, 2, 3, 4, 5]), [], lost)
    found = {row["figure"]: row for row in rows}
    assert found["kid"]["spearman"] == pytest.approx(1)
    assert found["diversity"]["spearman"] == pytest.approx(-1)
    assert (found["density"]["spearman"], found["density"]["n"]) == (None, 5)
    assert (found["coverage"]["spearman"], found["coverage"]["n"]) == (None, 0)


def test_a_few_classes_say_nothing_about_forgetting() -> None:
    lost = {("t1", c): float(c) for c in range(4)}
    assert prediction_rows(fidelity([1, 2, 3, 4]), [], lost)[0]["spearman"] is None
