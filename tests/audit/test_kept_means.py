"""Tables of class means."""

import math

import numpy as np
import pytest

from ccsi.audit.kept_means import (
    COUNTED,
    MEANS,
    counted_rows,
    kept_mean_rows,
    privacy_of_means,
)
from ccsi.audit.real_images import as_vectors, at_most
from tests.audit.real_classes import real


def test_a_mean_of_few_images_gives_them_away_and_one_of_others_does_not() -> None:
    one = real(members=60, held=40)[0]
    members, held = as_vectors(one.members), as_vectors(one.held)
    own = list(kept_mean_rows(one, members[:5].mean(axis=0), 5, members[:5], held, of="pixels"))
    assert [row["attack"] for row in own] == ["correlation", "whitened"]
    assert all(tuple(row) == MEANS for row in own)
    assert own[0]["auc"] > 0.95
    mean = members[5:].mean(axis=0)
    other = list(kept_mean_rows(one, mean, 55, members[:5], held, of="pixels"))
    assert abs(other[0]["auc"] - 0.5) < 0.3


def test_too_few_held_out_images_are_not_compared_with() -> None:
    one = real()[0]
    members, held = as_vectors(one.members), as_vectors(one.held)[:19]
    assert not list(kept_mean_rows(one, members.mean(axis=0), 30, members, held, of="pixels"))


def test_counts_are_averaged_over_draws() -> None:
    one = real(members=60, held=40)[1]
    rows = list(counted_rows(one, draws=2, generator=np.random.default_rng(0), counts=(5, 60, 99)))
    assert all(tuple(row) == COUNTED for row in rows)
    assert [(row["count"], row["attack"]) for row in rows] == [
        (5, "correlation"), (5, "whitened"), (60, "correlation"), (60, "whitened"),
    ]  # fmt: skip
    assert rows[0]["auc"] > rows[2]["auc"]
    assert rows[0]["draws"] == 2


def test_the_class_of_fewest_images_decides_epsilon() -> None:
    one, both = (
        privacy_of_means(counts, pixels=256, noise=0.1, delta=1e-5) for counts in ([80], [80, 800])
    )
    assert both == one
    assert both["sensitivity"] == 0.2
    # Phi(1 - 5) - exp(10) Phi(-1 - 5) = 3.167e-5 - 2.173e-5
    assert both["epsilon"] == pytest.approx(10, abs=0.05)
    for without in (0.0, None):
        assert privacy_of_means([80], pixels=256, noise=without, delta=1e-5)["epsilon"] is None


def test_large_images_are_averaged_down_and_means_with_them() -> None:
    images = np.random.default_rng(0).integers(0, 256, (4, 128, 128, 1), dtype=np.uint8)
    vectors = as_vectors(images)
    assert vectors.shape == (4, 64 * 64)
    assert vectors[0, 0] == pytest.approx(images[0, :2, :2].mean() / 255)
    mean = (images.mean(axis=0, keepdims=True) / 255).astype(np.float32)
    assert np.allclose(as_vectors(mean)[0], vectors.mean(axis=0), atol=1e-6)
    assert math.isclose(as_vectors(images[:, :8, :8])[0, 0], images[0, 0, 0, 0] / 255)


def test_images_are_drawn_in_their_order_and_without_repeats() -> None:
    images = np.arange(50, dtype=np.uint8).reshape(50, 1, 1, 1)
    drawn = at_most(images, 20, generator=np.random.default_rng(0)).ravel().tolist()
    assert drawn == sorted(set(drawn))
    assert len(drawn) == 20
    assert len(at_most(images, 60, generator=np.random.default_rng(0))) == 50
