"""Metrics against hand-worked examples, against scikit-learn, and within their bounds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import balanced_accuracy_score
from sklearn.metrics import confusion_matrix as sklearn_confusion

from ccsi.evaluation import metrics

# Three tasks. Rows: after t1, t2, t3; columns: classes of t1, t2, t3.
#   0.9
#   0.6  0.8
#   0.7  0.5  1.0
# Forgetting of t1: max(0.9, 0.6) - 0.7 = 0.2; of t2: 0.8 - 0.5 = 0.3; mean 0.25.
# Backward transfer: ((0.7 - 0.9) + (0.5 - 0.8)) / 2 = -0.25.
WORKED = [[0.9], [0.6, 0.8], [0.7, 0.5, 1.0]]

shares = st.floats(0, 1, allow_nan=False)


@st.composite
def matrices(draw: st.DrawFn) -> np.ndarray:
    tasks = draw(st.integers(1, 6))
    rows = [draw(st.lists(shares, min_size=t + 1, max_size=t + 1)) for t in range(tasks)]
    return metrics.accuracy_matrix(rows)


def test_hand_worked_forgetting_and_transfer() -> None:
    matrix = metrics.accuracy_matrix(WORKED)
    np.testing.assert_allclose(metrics.forgetting_per_task(matrix), [0.2, 0.3])
    assert metrics.forgetting(matrix) == pytest.approx(0.25)
    assert metrics.backward_transfer(matrix) == pytest.approx(-0.25)


def test_best_earlier_accuracy_need_not_be_the_first() -> None:
    # t1: max(0.5, 0.8) - 0.6 = 0.2, while backward transfer is 0.6 - 0.5 = 0.1;
    # t2: 0.7 - 0.9 = -0.2, backward transfer 0.2. Means: 0.0 and 0.15.
    matrix = metrics.accuracy_matrix([[0.5], [0.8, 0.7], [0.6, 0.9, 0.4]])
    np.testing.assert_allclose(metrics.forgetting_per_task(matrix), [0.2, -0.2], atol=1e-12)
    assert metrics.forgetting(matrix) == pytest.approx(0.0)
    assert metrics.backward_transfer(matrix) == pytest.approx(0.15)


def test_average_incremental_accuracy_is_over_tasks_not_images() -> None:
    # Accuracies after t1..t3 of 1.0, 0.8 and 0.6: (1.0 + 0.8 + 0.6) / 3.
    assert metrics.average_incremental_accuracy([1.0, 0.8, 0.6]) == pytest.approx(0.8)


def test_hand_worked_rows_of_the_matrix() -> None:
    # Six images. Task 0 holds classes 0, 1 (three images, two right), task 1 class 2 (three, one).
    labels = np.array([0, 0, 1, 2, 2, 2])
    predictions = np.array([0, 2, 1, 2, 0, 1])
    tasks = np.array([0, 0, 0, 1, 1, 1])
    np.testing.assert_allclose(
        metrics.accuracy_per_task(labels, predictions, tasks, 2), [2 / 3, 1 / 3]
    )
    assert metrics.accuracy(labels, predictions) == pytest.approx(3 / 6)
    confusion = metrics.confusion_matrix(labels, predictions, 3)
    assert confusion.tolist() == [[1, 0, 1], [0, 1, 0], [1, 1, 1]]
    np.testing.assert_allclose(metrics.recall_per_class(confusion), [1 / 2, 1, 1 / 3])
    assert metrics.balanced_accuracy(confusion) == pytest.approx((1 / 2 + 1 + 1 / 3) / 3)


def test_a_single_task_has_neither_forgetting_nor_transfer() -> None:
    matrix = metrics.accuracy_matrix([[0.9]])
    assert metrics.forgetting_per_task(matrix).shape == (0,)
    assert math.isnan(metrics.forgetting(matrix))
    assert math.isnan(metrics.backward_transfer(matrix))


def test_a_task_without_images_is_left_out() -> None:
    # t1 was never measured, so only t2 counts: 0.8 - 0.5.
    matrix = metrics.accuracy_matrix([[None], [None, 0.8], [None, 0.5, 1.0]])
    np.testing.assert_allclose(metrics.forgetting_per_task(matrix), [math.nan, 0.3])
    assert metrics.forgetting(matrix) == pytest.approx(0.3)
    assert metrics.backward_transfer(matrix) == pytest.approx(-0.3)


def test_a_task_measured_only_at_first_has_no_forgetting() -> None:
    matrix = metrics.accuracy_matrix([[0.9], [None, 0.8]])
    assert math.isnan(metrics.forgetting(matrix))


def test_a_row_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="row 1"):
        metrics.accuracy_matrix([[0.9], [0.5]])


@given(matrices())
def test_bounds(matrix: np.ndarray) -> None:
    for value in (metrics.forgetting(matrix), metrics.backward_transfer(matrix)):
        assert math.isnan(value) == (len(matrix) == 1)
        assert math.isnan(value) or -1 <= value <= 1


@given(matrices())
def test_transfer_is_never_below_minus_forgetting(matrix: np.ndarray) -> None:
    # The first accuracy is one of those the maximum is taken over.
    if len(matrix) > 1:
        assert metrics.backward_transfer(matrix) >= -metrics.forgetting(matrix) - 1e-12


@given(st.lists(shares, min_size=2, max_size=6))
def test_who_never_forgets_has_zero(first: list[float]) -> None:
    matrix = metrics.accuracy_matrix([first[: t + 1] for t in range(len(first))])
    assert metrics.forgetting(matrix) == pytest.approx(0.0)
    assert metrics.backward_transfer(matrix) == pytest.approx(0.0)


predictions_of_five = st.integers(1, 60).flatmap(
    lambda n: st.tuples(*[arrays(np.int64, n, elements=st.integers(0, 4))] * 2)
)


@given(predictions_of_five)
@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@pytest.mark.filterwarnings("ignore:A single label was found")
def test_agreement_with_scikit_learn(pair: tuple[np.ndarray, np.ndarray]) -> None:
    labels, predictions = pair
    confusion = metrics.confusion_matrix(labels, predictions, 5)
    np.testing.assert_array_equal(
        confusion, sklearn_confusion(labels, predictions, labels=range(5))
    )
    assert 0 <= metrics.accuracy(labels, predictions) <= 1
    assert metrics.accuracy(labels, predictions) == pytest.approx(np.trace(confusion) / len(labels))
    assert metrics.balanced_accuracy(confusion) == pytest.approx(
        balanced_accuracy_score(labels, predictions)
    )


def test_wilson_interval_against_published_values() -> None:
    # Newcombe, Statistics in Medicine 1998, table I, method 3: 81/263, 15/148, 0/20, 1/29.
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (hits, total), interval in published.items():
        assert metrics.wilson_interval(hits, total) == pytest.approx(interval, abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_holds_the_share(counts: tuple[int, int]) -> None:
    low, high = metrics.wilson_interval(*counts)
    assert 0 <= low <= counts[0] / counts[1] <= high <= 1
    assert low < high


def test_wilson_interval_of_nothing() -> None:
    assert all(math.isnan(end) for end in metrics.wilson_interval(0, 0))
