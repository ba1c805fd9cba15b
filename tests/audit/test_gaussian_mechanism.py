"""Epsilon of noise on a mean."""

import math

import pytest
from scipy.integrate import quad
from scipy.stats import norm

from ccsi.audit.gaussian_mechanism import delta_of, epsilon_of, mean_sensitivity


def test_exchanging_one_image_moves_the_mean_of_all_pixels_by_one_over_n() -> None:
    assert mean_sensitivity(pixels=16 * 16, count=160) == 0.1


def test_delta_at_epsilon_zero_by_hand() -> None:
    """The total variation of N(0, 1) and N(1, 1): 2 Phi(1/2) - 1."""
    assert delta_of(0.0, sensitivity=1.0, noise=1.0) == pytest.approx(0.3829249, abs=1e-7)


def test_delta_is_the_worst_excess_of_probability() -> None:
    """max_S P(S) - e^eps Q(S) = the integral of (p - e^eps q) where it is positive."""
    epsilon, sensitivity, noise = 0.8, 1.5, 2.0
    p, q = norm(sensitivity, noise), norm(0, noise)
    integral, _ = quad(lambda x: max(0.0, p.pdf(x) - math.exp(epsilon) * q.pdf(x)), -20, 20)
    assert delta_of(epsilon, sensitivity=sensitivity, noise=noise) == pytest.approx(
        integral, abs=1e-6
    )


@pytest.mark.parametrize("ratio", [0.1, 1.0, 8.0])
def test_epsilon_and_delta_are_inverse(ratio: float) -> None:
    epsilon = epsilon_of(sensitivity=ratio, noise=1.0, delta=1e-5)
    assert delta_of(epsilon, sensitivity=ratio, noise=1.0) == pytest.approx(1e-5, rel=1e-4)


def test_it_is_less_than_the_classical_bound() -> None:
    """Dwork and Roth's noise for epsilon = 1/2 is more than enough."""
    noise = math.sqrt(2 * math.log(1.25 / 1e-5)) / 0.5
    assert 0.3 < epsilon_of(sensitivity=1.0, noise=noise, delta=1e-5) < 0.5


def test_the_ends() -> None:
    assert epsilon_of(sensitivity=1.0, noise=0.0, delta=1e-5) == math.inf
    assert epsilon_of(sensitivity=1.0, noise=1e9, delta=1e-5) == 0
    assert epsilon_of(sensitivity=1.0, noise=1e-4, delta=1e-5) == math.inf
