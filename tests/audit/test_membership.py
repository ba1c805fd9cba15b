"""Outcomes of membership attacks."""

import numpy as np
import pytest

from ccsi.audit.membership import judge_attack


def test_equal_distributions_tell_nothing() -> None:
    generator = np.random.default_rng(0)
    found = [judge_attack(generator.normal(size=400), generator.normal(size=300))
             for _ in range(40)]  # fmt: skip
    assert np.mean([one.auc for one in found]) == pytest.approx(0.5, abs=0.01)
    assert sum(one.auc_low <= 0.5 <= one.auc_high for one in found) >= 34
    assert np.mean([one.tpr for one in found]) == pytest.approx(0.01, abs=0.006)
    assert sum(one.tpr_low <= 0.01 <= one.tpr_high for one in found) >= 30


def test_equal_scores_tell_nothing() -> None:
    found = judge_attack(np.zeros(10), np.zeros(20))
    assert (found.auc, found.tpr, found.fpr) == (0.5, 0, 0)


def test_the_share_found_at_one_per_cent_by_hand() -> None:
    """Of 200 held-out images 2 may pass: the threshold is the third highest score, 197."""
    held = np.arange(200.0)
    members = np.array([100.0, 197.0, 197.5, 500.0])
    found = judge_attack(members, held)
    assert (found.tpr, found.fpr) == (0.5, 0.01)
    # Clopper and Pearson's interval of 2 of 4.
    assert found.tpr_low == pytest.approx(0.0676, abs=1e-4)
    assert found.tpr_high == pytest.approx(0.9324, abs=1e-4)
    assert (found.n_members, found.n_held) == (4, 200)


def test_of_few_held_out_images_none_may_pass() -> None:
    found = judge_attack(np.array([3.0, 5.0]), np.array([1.0, 4.0]))
    assert (found.tpr, found.fpr, found.auc) == (0.5, 0, 0.75)
