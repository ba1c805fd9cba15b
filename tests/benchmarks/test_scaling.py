"""Exponents of growths that are known, and what the table shows of them."""

import numpy as np
import pytest

from tests.benchmarks.scaling import VARIED, growth, row


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
def test_a_power_law_has_its_exponent_and_no_error(exponent: float) -> None:
    values = [2, 4, 8, 16]
    found = growth("train", "classes", values, [0.3 * value**exponent for value in values])
    assert found.exponent == pytest.approx(exponent, abs=1e-9)
    assert found.standard_error == pytest.approx(0, abs=1e-6)


def test_a_fixed_cost_lowers_the_exponent_and_shows_as_error() -> None:
    values = [20, 40, 80]
    found = growth("train", "images", values, [5 + 0.1 * value for value in values])
    assert 0.1 < found.exponent < 0.9
    assert found.standard_error > 0.01


def test_noise_leaves_the_exponent_within_three_errors() -> None:
    values = [2, 4, 8, 16, 32, 64, 128]
    noise = np.exp(0.05 * np.random.default_rng(0).standard_normal(len(values)))
    seconds = (0.2 * np.array(values) * noise).tolist()
    found = growth("update", "images", values, seconds)
    assert abs(found.exponent - 1) < 3 * found.standard_error


def test_a_line_of_the_table_tells_every_value() -> None:
    line = row(growth("synthesis", "side", [32, 64, 128], [1.0, 4.0, 16.0]))
    assert line == "| synthesis | side | 32: 1.00, 64: 4.00, 128: 16.00 | 2.00 ± 0.00 |"


def test_every_amount_takes_at_least_three_values() -> None:
    assert all(len(set(values)) >= 3 for values in VARIED.values())
