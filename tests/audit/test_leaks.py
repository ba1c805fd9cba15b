"""Tables of leaks: planted copies are caught, fresh samples are not."""

import numpy as np
import pytest

from ccsi.audit.leaks import MEMBERSHIP, NEIGHBOURS, PAIRS, membership_rows, neighbour_rows
from tests.audit.real_classes import real, synthetic
from tests.toy_networks import classifier


def nearest(impressions: dict[int, np.ndarray]) -> list[tuple]:
    return list(
        neighbour_rows(
            "t1",
            real(),
            impressions,
            classifier(),
            most=50,
            resamples=99,
            generator=np.random.default_rng(0),
        )
    )


def test_copies_are_caught_by_pixels_and_by_features_and_shown() -> None:
    classes = real()
    found = nearest({one.class_id: one.members[:20] for one in classes})
    assert [(row["class_id"], row["space"]) for row, _ in found] == [
        (0, "pixels"), (0, "features"), (1, "pixels"), (1, "features"),
    ]  # fmt: skip
    for row, pair in found:
        assert tuple(row) == NEIGHBOURS
        assert (row["p"], row["copies"], row["closer"]) == (0.01, 20, 1)
        if row["space"] == "pixels":
            assert tuple(pair.row) == PAIRS
            assert pair.row["distance"] == pytest.approx(0, abs=1e-6)
            assert np.array_equal(pair.images[0], pair.images[1])
            assert not np.array_equal(pair.images[0], pair.images[2])
        else:
            assert pair is None


def test_fresh_images_are_not() -> None:
    rows = [row for row, _ in nearest(synthetic())]
    assert sum(row["copies"] for row in rows) == 0
    assert min(row["p"] for row in rows) > 0.01


def attacks(impressions: dict[int, np.ndarray]) -> dict[tuple[str, str, str], dict]:
    network = classifier()
    rows = list(membership_rows("t2", real(), network, impressions, network, network))
    assert all(tuple(row) == MEMBERSHIP for row in rows)
    return {(row["target"], row["attack"], row["of"]): row for row in rows}


def test_copies_give_their_originals_away() -> None:
    """Half of the members: each is told from all others, the other half is not."""
    found = attacks({one.class_id: one.members[:15] for one in real()})
    for attack in ("distance of pixels", "distance of features"):
        row = found["impressions", attack, "all"]
        assert (row["n_members"], row["n_held"]) == (60, 48)
        assert 0.65 < row["auc"] < 0.85
        assert row["tpr"] >= 0.5
    assert found["impressions", "distance of pixels", "t1"]["n_members"] == 30
    assert {of for _, _, of in found} == {"all", "t1", "t2"}


def test_fresh_impressions_and_an_untrained_network_give_nothing_away() -> None:
    for row in attacks(synthetic()).values():
        if row["of"] == "all":
            assert row["auc_low"] - 0.03 < 0.5 < row["auc_high"] + 0.03


def test_without_impressions_only_the_model_is_attacked() -> None:
    rows = list(membership_rows("t1", real(), classifier(), {}, classifier(), None))
    assert {(row["target"], row["attack"]) for row in rows} == {("model", "loss")}
