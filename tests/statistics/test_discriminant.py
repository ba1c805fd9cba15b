import numpy as np
import pytest
import torch
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from ccsi.statistics.discriminant import shared_covariance_discriminant
from tests.statistics.features import labelled, statistics_of, task_by_task


@pytest.mark.parametrize("shrinkage", [1e-4, 0.1, 1.0])
def test_it_is_scikit_learns_shared_covariance_discriminant(shrinkage: float) -> None:
    features, labels = labelled()
    head = shared_covariance_discriminant(statistics_of(features, labels), shrinkage=shrinkage)
    theirs = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage)
    theirs.fit(features.numpy(), labels.numpy())  # classes are equally large: equal priors
    np.testing.assert_allclose(head.weight, theirs.coef_, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(head.bias, theirs.intercept_ + np.log(3), rtol=1e-6)


def test_task_by_task_equals_all_at_once() -> None:
    features, labels = labelled()
    one = shared_covariance_discriminant(statistics_of(features, labels), shrinkage=0.01)
    other = shared_covariance_discriminant(task_by_task(features, labels), shrinkage=0.01)
    torch.testing.assert_close(one.weight, other.weight)
    torch.testing.assert_close(one.bias, other.bias)


def test_decisions_do_not_depend_on_the_scale_of_the_features() -> None:
    features, labels = labelled()
    one = shared_covariance_discriminant(statistics_of(features, labels), shrinkage=0.2)
    other = shared_covariance_discriminant(statistics_of(1e3 * features, labels), shrinkage=0.2)
    torch.testing.assert_close(one(features), other(1e3 * features))


def test_features_that_never_vary_within_a_class_are_no_failure() -> None:
    features = torch.eye(3, dtype=torch.float64)
    head = shared_covariance_discriminant(statistics_of(features, torch.arange(3)), shrinkage=1e-4)
    assert head(features).argmax(1).tolist() == [0, 1, 2]
