"""Calibration error by hand, and against torchmetrics."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchmetrics.functional.classification import multiclass_calibration_error

from ccsi.evaluation.calibration import (
    expected_calibration_error,
    reliability_table,
    temperature_scaled,
)


def test_hand_worked_example() -> None:
    # Two bins. In [0, 0.5): nothing (two classes: a maximum is at least 0.5).
    # In [0.5, 1]: confidences 0.6, 0.8, 1.0, mean 0.8; right, wrong, right: 2/3. Error 0.8 - 2/3.
    probabilities = np.array([[0.6, 0.4], [0.2, 0.8], [1.0, 0.0]])
    table = reliability_table(probabilities, np.array([0, 0, 0]), bins=2)
    assert [row.count for row in table] == [0, 3]
    assert math.isnan(table[0].accuracy)
    assert table[1].confidence == pytest.approx(0.8)
    assert table[1].accuracy == pytest.approx(2 / 3)
    assert expected_calibration_error(table) == pytest.approx(0.8 - 2 / 3)


def test_scaled_probabilities_are_those_of_the_scaled_logits() -> None:
    logits = torch.randn(20, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    scaled = temperature_scaled(logits.softmax(1).numpy(), 2.5)
    assert np.allclose(scaled, (logits / 2.5).softmax(1).numpy(), atol=1e-12)


def test_no_images_have_no_error() -> None:
    table = reliability_table(np.empty((0, 3)), np.empty(0, dtype=np.int64), bins=15)
    assert math.isnan(expected_calibration_error(table))


@given(st.integers(0, 10_000), st.integers(1, 80), st.integers(2, 9))
def test_agreement_with_torchmetrics(seed: int, n: int, classes: int) -> None:
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet(np.full(classes, 0.5), n).astype(np.float32)
    # torchmetrics gives a confidence of exactly 1 a bin of its own; see the next test.
    probabilities = np.minimum(probabilities, np.float32(1 - 1e-6))
    labels = generator.integers(0, classes, n)
    error = expected_calibration_error(reliability_table(probabilities, labels, bins=15))
    expected = multiclass_calibration_error(
        torch.from_numpy(probabilities), torch.from_numpy(labels), classes, n_bins=15, norm="l1"
    )
    assert error == pytest.approx(float(expected), abs=1e-5)
    assert 0 <= error <= 1


def test_full_confidence_belongs_to_the_last_bin() -> None:
    table = reliability_table(np.array([[1.0, 0.0], [0.95, 0.05]]), np.array([0, 0]), bins=10)
    assert table[-1].count == 2
    assert table[-1].high == 1.0
