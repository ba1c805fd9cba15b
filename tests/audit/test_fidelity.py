"""KID, density and coverage, diversity."""

import math

import numpy as np
import pytest

from ccsi.audit.fidelity import density_coverage, diversity, kernel_distance


def draw(n: int, *, seed: int, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, 1, (n, 6))


def test_kid_is_that_of_torchmetrics() -> None:
    """Which wants as many images on both sides."""
    import torch
    from torchmetrics.image.kid import poly_mmd

    one, other = draw(30, seed=0), draw(30, seed=1, shift=0.3)
    expected = float(poly_mmd(torch.from_numpy(one), torch.from_numpy(other)))
    assert kernel_distance(one, other).value == pytest.approx(expected, rel=1e-9)


def test_the_error_of_kid_leaves_one_image_out_at_a_time() -> None:
    one, other = draw(7, seed=0), draw(5, seed=1)
    without = [kernel_distance(np.delete(one, i, axis=0), other).value for i in range(7)]
    neither = [kernel_distance(one, np.delete(other, i, axis=0)).value for i in range(5)]
    variance = 6 * np.var(without) + 4 * np.var(neither)
    assert kernel_distance(one, other).error == pytest.approx(math.sqrt(variance), rel=1e-9)


def test_kid_of_equal_distributions_is_about_zero_and_of_others_is_not() -> None:
    same = [kernel_distance(draw(40, seed=s), draw(60, seed=100 + s)) for s in range(30)]
    values = np.array([estimate.value for estimate in same])
    assert abs(values.mean()) < 3 * values.std() / math.sqrt(len(values))
    # The error says how far the values lie apart.
    assert 0.5 < np.mean([estimate.error for estimate in same]) / values.std() < 2
    apart = kernel_distance(draw(40, seed=0), draw(60, seed=1, shift=1))
    assert apart.value > 5 * apart.error


def test_kid_of_too_few_images_is_undefined() -> None:
    assert math.isnan(kernel_distance(draw(2, seed=0), draw(9, seed=1)).value)


def test_density_and_coverage_computed_by_hand() -> None:
    """Real 0, 1, 3, 7: radii to the nearest other are 1, 1, 2, 4."""
    real = np.array([[0.0], [1.0], [3.0], [7.0]])
    synthetic = np.array([[0.5], [2.0], [20.0]])
    # 0.5 lies in the balls of 0 and 1; 2.0 in those of 1 and 3; 20.0 in none.
    density, coverage = density_coverage(real, synthetic, neighbours=1)
    assert density == pytest.approx(4 / 3)
    assert coverage == pytest.approx(3 / 4)


def test_density_and_coverage_of_equal_and_of_collapsed_distributions() -> None:
    density, coverage = density_coverage(draw(300, seed=0), draw(300, seed=1), neighbours=5)
    assert density == pytest.approx(1, abs=0.15)
    assert coverage > 0.9
    collapsed = np.repeat(draw(1, seed=2) * 0.1, 300, axis=0)
    assert density_coverage(draw(300, seed=0), collapsed, neighbours=5)[1] < 0.2
    assert math.isnan(density_coverage(draw(5, seed=0), draw(9, seed=1), neighbours=5)[0])


def test_diversity_is_the_mean_distance_of_two_images() -> None:
    assert diversity(np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 0.0]])) == pytest.approx(10 / 3)
    assert math.isnan(diversity(np.zeros((1, 2))))
