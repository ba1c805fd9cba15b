"""Planted copies of training images are caught, fresh samples are not."""

import numpy as np
import pytest

from ccsi.audit.two_sample import NeighbourTest, combined, nearest_neighbour_test


def draw(n: int, *, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 12))


def examine(synthetic: np.ndarray, *, members: int = 60, held: int = 20) -> NeighbourTest:
    return nearest_neighbour_test(
        synthetic,
        draw(members, seed=1),
        draw(held, seed=2),
        resamples=199,
        generator=np.random.default_rng(0),
    )


def test_planted_copies_are_caught() -> None:
    members = draw(60, seed=1)
    found = examine(members[:30] + np.random.default_rng(3).normal(0, 0.05, (30, 12)))
    assert found.p == pytest.approx(1 / 200)
    assert found.copies == 30
    assert found.closer == 1
    assert found.to_members < 0.3 < found.to_held
    assert found.closest[0] == found.closest[1] < 30


def test_a_single_copy_among_fresh_samples_is_counted_and_shown() -> None:
    synthetic = draw(15, seed=4)
    synthetic[6] = draw(60, seed=1)[33]
    found = examine(synthetic)
    assert found.copies == 1
    assert found.closest[:2] == (6, 33)
    assert found.distances[0] == pytest.approx(0, abs=1e-6)
    assert found.distances[1] > 1


def test_fresh_samples_are_not() -> None:
    """Also where there are three times as many training images as others."""
    found = [examine(draw(15, seed=seed)) for seed in range(10, 40)]
    p_values = [one.p for one in found]
    assert sum(p < 0.05 for p in p_values) <= 4
    assert 0.3 < np.mean(p_values) < 0.7
    assert sum(one.copies for one in found) == 0
    assert found[0].expected == pytest.approx(0.75)
    assert np.mean([one.closer for one in found]) == pytest.approx(0.75, abs=0.08)


def test_samples_that_resemble_one_another_do_no_harm() -> None:
    """A hundred of nearly the same impression are no hundred witnesses."""
    found = [examine(np.repeat(draw(1, seed=seed), 50, axis=0)) for seed in range(50, 80)]
    assert sum(one.p < 0.05 for one in found) <= 5


def test_p_values_are_combined_by_fisher() -> None:
    """Two of 0.1: chi-squared of -2 ln 0.01 at 4 degrees: 0.01 (1 - ln 0.01)."""
    assert combined([0.1, 0.1]) == pytest.approx(0.01 * (1 + np.log(100)))
