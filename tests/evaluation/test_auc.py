"""AUC against MedMNIST's own evaluator."""

import math

import numpy as np
import pytest
from medmnist.evaluator import getAUC
from sklearn.metrics import roc_auc_score

from ccsi.evaluation.auc import one_vs_rest_auc


@pytest.mark.parametrize("classes", [2, 3, 8])
def test_agreement_with_medmnist(classes: int) -> None:
    generator = np.random.default_rng(classes)
    labels = np.concatenate([np.arange(classes), generator.integers(0, classes, 200)])
    scores = generator.random((len(labels), classes)).astype(np.float32)
    scores[np.arange(len(labels)), labels] += 0.3
    scores /= scores.sum(axis=1, keepdims=True)
    assert one_vs_rest_auc(scores, labels) == pytest.approx(
        getAUC(labels[:, None], scores, "multi-class"), abs=1e-12
    )


def test_perfect_and_reversed_order() -> None:
    labels = np.array([0, 0, 1, 1])
    scores = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.1, 0.9]])
    assert one_vs_rest_auc(scores, labels) == 1.0
    assert one_vs_rest_auc(1 - scores, labels) == 0.0


def test_a_class_without_images_is_left_out() -> None:
    labels = np.array([0, 0, 1, 1])
    scores = np.array([[0.6, 0.1, 0.3], [0.5, 0.2, 0.3], [0.1, 0.6, 0.3], [0.1, 0.7, 0.2]])
    assert one_vs_rest_auc(scores, labels) == 1.0


def test_one_class_alone_has_none() -> None:
    assert math.isnan(one_vs_rest_auc(np.array([[0.9, 0.1]]), np.array([0])))


def test_equal_scores_count_half() -> None:
    labels = np.array([0, 1, 1, 0, 1, 0])
    score = np.array([0.5, 0.5, 0.75, 0.25, 0.25, 0.5])
    expected = roc_auc_score(labels == 1, score)
    assert one_vs_rest_auc(np.stack([1 - score, score], 1), labels) == pytest.approx(expected)
