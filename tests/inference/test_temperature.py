"""Temperature scaling: known temperatures are found, and nothing is ever made surer."""

import numpy as np
import pytest

from ccsi.inference.temperature import BOUNDS, fit_temperature, negative_log_likelihood


def drawn(count: int, *, temperature: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels drawn from softmax(logits), and those logits made `temperature` times as large."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(0, 2, (count, 4))
    chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = np.array([generator.choice(4, p=row) for row in chances])
    return logits * temperature, labels


@pytest.mark.parametrize("true", [1.5, 3.0, 8.0])
def test_a_known_over_confidence_is_found(true: float) -> None:
    logits, labels = drawn(4000, temperature=true)
    assert fit_temperature(logits, labels) == pytest.approx(true, rel=0.06)


def test_no_other_temperature_fits_better() -> None:
    logits, labels = drawn(300, temperature=2.0)
    found = fit_temperature(logits, labels)
    best = negative_log_likelihood(logits, labels, found)
    for other in np.geomspace(*BOUNDS, 200):
        assert negative_log_likelihood(logits, labels, float(other)) >= best - 1e-9


def test_images_without_an_error_do_not_make_the_model_surer() -> None:
    """Unbounded, the best temperature of a separable set is 0."""
    labels = np.array([0, 1, 2, 1])
    assert fit_temperature(np.eye(3)[labels], labels) == 1.0


def test_a_hopeless_model_stays_within_bounds() -> None:
    labels = np.array([0, 1])
    assert fit_temperature(-9 * np.eye(2)[labels], labels) == pytest.approx(BOUNDS[1])


def test_the_likelihood_by_hand() -> None:
    """softmax([2 log 2, 0] / 2) = [2/3, 1/3]."""
    logits = np.array([[2 * np.log(2), 0.0]])
    value = negative_log_likelihood(logits, np.array([1]), 2.0)
    assert value == pytest.approx(np.log(3))


@pytest.mark.parametrize("logits", [np.zeros((0, 2)), np.array([[np.nan, 0.0]])])
def test_what_cannot_be_fitted_is_refused(logits: np.ndarray) -> None:
    with pytest.raises(ValueError, match="needs images, and finite logits"):
        fit_temperature(logits, np.zeros(len(logits), dtype=np.int64))
