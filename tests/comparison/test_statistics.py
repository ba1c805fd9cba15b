"""Tests over seeds, held against values worked out by hand."""

import math

import pytest

from ccsi.comparison.statistics import intransigence, paired, spread


def test_the_spread_of_one_value_has_no_deviation() -> None:
    one = spread([0.5])
    assert one is not None
    assert (one.mean, one.std, one.n) == (0.5, None, 1)
    assert spread([]) is None


def test_a_paired_test_by_hand() -> None:
    """Differences 1, 2, 3: t = 2 / (1 / sqrt(3)) = 3.4641 with 2 degrees of freedom, whose
    two-sided p is 1 - t / sqrt(t^2 + 2) = 0.0742; all three of one sign: W has p = 2 / 2^3."""
    found = paired({0: 2.0, 1: 4.0, 2: 6.0}, {0: 1.0, 1: 2.0, 2: 3.0, 7: 0.0})
    assert found is not None
    assert (found.n, found.difference) == (3, 2.0)
    assert found.p_t == pytest.approx(1 - math.sqrt(12 / 14), abs=1e-6)
    assert found.p_wilcoxon == pytest.approx(0.25)
    assert found.low is not None
    assert found.low == pytest.approx(2 - 4.302653 / math.sqrt(3), abs=1e-5)


@pytest.mark.parametrize(
    ("differences", "p"), [([1, 1, 2, -1, 3], 0.25), ([0, 0.1, 0.2, 0.3, 0.4], 0.125)]
)
def test_ties_and_zeros_keep_the_rank_test_exact(differences: list[float], p: float) -> None:
    """By hand. Ranks 2, 2, 4, -2, 5 sum to 11: of the 32 signs 4 reach 13 or 15 and 11 itself, as
    many the other end. A zero is left out; the other four are of one sign: 2 / 2^4."""
    found = paired(dict(enumerate(differences)), dict.fromkeys(range(5), 0.0))
    assert found is not None
    assert found.p_wilcoxon == pytest.approx(p)


def test_fewer_than_two_seeds_and_equal_differences_have_no_test() -> None:
    one = paired({0: 1.0}, {0: 0.5})
    assert one is not None
    assert (one.n, one.p_t, one.p_wilcoxon) == (1, None, None)
    same = paired({0: 1.0, 1: 2.0}, {0: 0.5, 1: 1.5})
    assert same is not None
    assert (same.difference, same.p_t) == (0.5, None)
    assert paired({0: 1.0}, {1: 1.0}) is None


def test_intransigence_of_the_tasks_that_both_have() -> None:
    found = intransigence({"t1": 0.9, "t2": 0.5, "t3": math.nan}, {"t1": 1.0, "t2": 0.75, "t3": 1})
    assert found == {"t1": pytest.approx(0.1), "t2": pytest.approx(0.25)}
