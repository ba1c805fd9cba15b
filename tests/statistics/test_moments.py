import pytest
import torch

from ccsi.statistics.moments import accumulate, shrunk, within_class_covariance
from tests.statistics.features import labelled, statistics_of, task_by_task


def test_hand_worked() -> None:
    features, labels = torch.tensor([[1.0, 0.0], [3.0, 2.0], [0.0, 4.0]]), torch.tensor([0, 0, 1])
    found = statistics_of(features, labels, classes=2)
    assert found.counts.tolist() == [2, 1]
    assert found.sums.tolist() == [[4, 2], [0, 4]]
    assert found.scatter.tolist() == [[10, 6], [6, 20]]
    assert found.means.tolist() == [[2, 1], [0, 4]]
    torch.testing.assert_close(found.mean, torch.tensor([4 / 3, 2.0], dtype=torch.float64))
    # Deviations (-1, -1), (1, 1), (0, 0).
    expected = torch.full((2, 2), 2 / 3, dtype=torch.float64)
    torch.testing.assert_close(within_class_covariance(found), expected)


def test_task_by_task_and_in_batches_equals_all_at_once() -> None:
    features, labels = labelled()
    one, other = statistics_of(features, labels), task_by_task(features, labels)
    assert torch.equal(one.counts, other.counts)
    torch.testing.assert_close(one.sums, other.sums, rtol=1e-12, atol=1e-9)
    torch.testing.assert_close(one.scatter, other.scatter, rtol=1e-12, atol=1e-9)


def test_sums_are_in_double_precision() -> None:
    found = statistics_of(torch.rand(4, 3), torch.arange(4) % 2, classes=2)
    assert found.sums.dtype == found.scatter.dtype == torch.float64


def test_a_class_without_features_is_named() -> None:
    with pytest.raises(ValueError, match="class 1 has no features"):
        accumulate([(torch.rand(2, 3), torch.tensor([0, 2]))], n_classes=3, n_features=3)


def test_shrinkage_moves_towards_the_mean_diagonal() -> None:
    matrix = torch.tensor([[4.0, 1.0], [1.0, 2.0]])
    assert shrunk(matrix.clone(), 1.0).tolist() == [[3, 0], [0, 3]]
    torch.testing.assert_close(shrunk(matrix, 0.5), torch.tensor([[3.5, 0.5], [0.5, 2.5]]))
