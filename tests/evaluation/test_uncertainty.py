"""Standard errors against hand-worked values and against resampling."""

import math

import numpy as np
import pytest

from ccsi.evaluation.auc import one_vs_rest_auc
from ccsi.evaluation.calibration import expected_calibration_error, reliability_table
from ccsi.evaluation.uncertainty import (
    auc_error,
    balanced_accuracy_error,
    calibration_error_error,
    run_errors,
)


def made_up(n: int = 400, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, classes, n)
    logits = generator.normal(size=(n, classes))
    logits[np.arange(n), labels] += 1.0
    probabilities = np.exp(2 * logits) / np.exp(2 * logits).sum(axis=1, keepdims=True)
    return probabilities, labels


def bootstrapped(metric: object, n: int) -> float:
    generator = np.random.default_rng(1)
    assert callable(metric)
    return float(np.std([metric(generator.integers(0, n, n)) for _ in range(400)]))


def test_balanced_accuracy_by_hand() -> None:
    # Recalls 0.5 of 4 and 1.0 of 2: sqrt(0.25 / 4 + 0) / 2.
    assert balanced_accuracy_error(np.array([[2, 2], [0, 2]])) == pytest.approx(0.125)
    assert math.isnan(balanced_accuracy_error(np.zeros((2, 2), dtype=int)))


def test_auc_error_is_that_of_the_bootstrap() -> None:
    probabilities, labels = made_up()
    resampled = bootstrapped(lambda i: one_vs_rest_auc(probabilities[i], labels[i]), len(labels))
    assert auc_error(probabilities, labels) == pytest.approx(resampled, rel=0.15)


def test_perfect_ranking_has_no_error_and_one_class_none_at_all() -> None:
    labels = np.array([0, 0, 1, 1])
    perfect = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8]])
    assert auc_error(perfect, labels) == 0
    assert math.isnan(auc_error(perfect[:2], labels[:2]))


def test_calibration_error_is_that_of_the_bootstrap() -> None:
    probabilities, labels = made_up()

    def ece(i: np.ndarray) -> float:
        return expected_calibration_error(reliability_table(probabilities[i], labels[i], 2))

    error = calibration_error_error(
        probabilities, labels, reliability_table(probabilities, labels, 2)
    )
    assert error == pytest.approx(bootstrapped(ece, len(labels)), rel=0.25)


def test_errors_of_a_run() -> None:
    half = np.arange(400) % 2 == 0
    # After t2, task 1 stands at 0.5 of 400 images: sqrt(0.25 / 400) = 0.025; before, all right.
    errors = run_errors(
        [[np.ones(400, dtype=bool)], [half, np.ones(400, dtype=bool)]],
        generator=np.random.default_rng(0),
    )
    assert errors.forgetting == pytest.approx(0.025, rel=0.1)
    assert errors.backward_transfer == pytest.approx(0.025, rel=0.1)
    # Accuracies 1 and 0.75, of which only task 1's half varies: 0.025 / 2 / 2.
    assert errors.average_incremental_accuracy == pytest.approx(0.025 / 4, rel=0.1)


def test_a_task_without_images_leaves_the_rest() -> None:
    none, some = np.zeros(0, dtype=bool), np.arange(50) % 5 > 0
    errors = run_errors([[none], [none, some]], generator=np.random.default_rng(0))
    assert errors.average_incremental_accuracy > 0
    assert math.isnan(errors.forgetting)
