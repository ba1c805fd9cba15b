"""Members of a mean: found in small means, not in large ones, and not where they are none."""

import numpy as np
import pytest
from sklearn.covariance import OAS
from sklearn.metrics import roc_auc_score

from ccsi.audit.mean_leak import attack_mean, likelihood_ratio, mean_leaks, oas_shrinkage

DIMENSIONS = 40


def draw(n: int, *, seed: int) -> np.ndarray:
    scales = np.linspace(3, 0.2, DIMENSIONS)
    return np.random.default_rng(seed).normal(size=(n, DIMENSIONS)) * scales


def auc(count: int, attack: str, *, of: int | None = None) -> float:
    """Over 8 means of `count` images; of: the images attacked start there instead of at 0."""
    found = []
    for seed in range(8):
        images = draw(count * 2 + 100, seed=seed)
        members = images[:count] if of is None else images[of : of + count]
        result = attack_mean(images[:count].mean(axis=0), count, members, images[-100:])
        scores = [result.members[attack], result.held[attack]]
        labels = np.repeat([1, 0], [len(part) for part in scores])
        found.append(float(roc_auc_score(labels, np.concatenate(scores))))
    return float(np.mean(found))


@pytest.mark.parametrize("attack", ["correlation", "whitened"])
def test_members_are_told_the_better_the_fewer_there_are(attack: str) -> None:
    few, some, many = auc(5, attack), auc(40, attack), auc(600, attack)
    assert few > 0.8
    assert few > some + 0.05 > many
    assert many < 0.6


def test_the_covariance_helps() -> None:
    assert auc(10, "whitened") > auc(10, "correlation")


@pytest.mark.parametrize("attack", ["correlation", "whitened"])
def test_images_that_are_not_in_the_mean_are_not_told(attack: str) -> None:
    assert auc(10, attack, of=10) == pytest.approx(0.5, abs=0.06)


def test_the_likelihood_ratio_is_that_of_two_normal_distributions() -> None:
    """At shrinkage 1, with r = 0 and variance v in each of d directions."""
    reference = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]])  # v = 1
    candidate, mean, n = np.array([[2.0, -1.0]]), np.array([0.3, 0.1]), 4
    found = likelihood_ratio(mean, n, candidate, reference, 1.0)
    log_ratio = -n / 2 * (np.sum((mean - candidate[0] / n) ** 2) - np.sum(mean**2))
    assert found == pytest.approx([log_ratio])


def test_the_inverse_is_that_of_the_shrunk_covariance() -> None:
    reference, candidate, mean = draw(30, seed=0), draw(1, seed=1), draw(1, seed=2)[0]
    covariance = np.cov(reference.T, bias=True)
    shrunk = 0.7 * covariance + 0.3 * np.trace(covariance) / DIMENSIONS * np.eye(DIMENSIONS)
    x, m = candidate[0] - reference.mean(axis=0), mean - reference.mean(axis=0)
    expected = x @ np.linalg.solve(shrunk, m) - x @ np.linalg.solve(shrunk, x) / (2 * 9)
    assert likelihood_ratio(mean, 9, candidate, reference, 0.3) == pytest.approx([expected])


@pytest.mark.parametrize("n", [12, 300])
def test_the_shrinkage_is_that_of_scikit_learn(n: int) -> None:
    assert oas_shrinkage(draw(n, seed=0)) == pytest.approx(OAS().fit(draw(n, seed=0)).shrinkage_)


def test_images_all_alike_tell_nothing() -> None:
    result = attack_mean(np.ones(3), 5, np.ones((5, 3)), np.ones((10, 3)))
    assert set(result.members["whitened"]) == set(result.held["whitened"]) == {0.0}


def test_means_of_more_images_leak_less() -> None:
    images, counts = draw(150, seed=0), (5, 100, 140)
    rows = list(mean_leaks(images, counts, draws=4, generator=np.random.default_rng(0)))
    assert [row["count"] for row in rows] == [5] * 4 + [100] * 4  # 140 leave too few
    few, many = ([row["whitened"] for row in rows if row["count"] == count] for count in (5, 100))
    assert np.mean(few) > np.mean(many) + 0.2
    assert rows[0]["best_member"] <= 1
