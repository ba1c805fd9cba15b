import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from ccsi.statistics.ridge import ridge_classifier, ridge_regression, unseen_scores
from tests.statistics.features import labelled, statistics_of, task_by_task


def projected(count: int = 90, width: int = 40) -> tuple[torch.Tensor, torch.Tensor]:
    features, labels = labelled(count)
    weight = torch.randn(
        features.shape[1], width, generator=torch.Generator().manual_seed(4), dtype=torch.float64
    )
    return torch.relu(features @ weight), labels


@pytest.mark.parametrize("ridge", [1e-6, 1e-2, 1.0])
def test_task_by_task_equals_all_at_once_and_both_equal_scikit_learns(ridge: float) -> None:
    features, labels = projected()
    centred = features - features.mean(0)
    penalty = ridge * float(centred.square().sum(0).mean())
    theirs = Ridge(alpha=penalty, fit_intercept=True, solver="cholesky")
    theirs.fit(features.numpy(), torch.nn.functional.one_hot(labels).numpy())
    for statistics in (statistics_of(features, labels), task_by_task(features, labels)):
        head = ridge_regression(statistics, ridge=ridge).head
        np.testing.assert_allclose(head.weight, theirs.coef_, rtol=1e-5, atol=1e-9)
        np.testing.assert_allclose(head.bias, theirs.intercept_, rtol=1e-5, atol=1e-7)


def test_degrees_of_freedom_are_the_trace_of_the_hat_matrix() -> None:
    features, labels = projected()
    fit = ridge_regression(statistics_of(features, labels), ridge=0.05)
    centred = features - features.mean(0)
    gram = centred.T @ centred
    penalised = gram + 0.05 * gram.diagonal().mean() * torch.eye(len(gram), dtype=torch.float64)
    expected = float((gram @ torch.linalg.inv(penalised)).trace())
    assert fit.freedom == pytest.approx(expected)
    assert 0 < fit.freedom < 40


def test_decisions_do_not_depend_on_the_scale_of_the_features() -> None:
    features, labels = projected()
    one = ridge_regression(statistics_of(features, labels), ridge=0.1).head
    other = ridge_regression(statistics_of(50 * features, labels), ridge=0.1).head
    torch.testing.assert_close(one(features), other(50 * features))


def test_predicted_scores_without_leverage_are_those_of_the_training_images() -> None:
    features, labels = projected()
    statistics = statistics_of(features, labels)
    fit = ridge_regression(statistics, ridge=0.1)
    means, covariance = unseen_scores(statistics, fit, leverage=0.0)
    scores = fit.head(features)
    for k in range(3):
        torch.testing.assert_close(means[k], scores[labels == k].mean(0))
    within = scores - means[labels]
    torch.testing.assert_close(covariance, within.T @ within / len(scores))


def test_leverage_moves_means_away_from_the_labels_and_widens_the_spread() -> None:
    statistics = statistics_of(*projected())
    fit = ridge_regression(statistics, ridge=0.1)
    seen, spread = unseen_scores(statistics, fit, leverage=0.0)
    unseen, wider = unseen_scores(statistics, fit, leverage=0.5)
    torch.testing.assert_close(torch.eye(3) - unseen, 2 * (torch.eye(3) - seen))
    torch.testing.assert_close(wider, 4 * spread)


def test_probabilities_are_nearer_to_the_truth_than_an_unscaled_softmax() -> None:
    features, labels = projected(600)
    train, test = slice(0, 300), slice(300, 600)
    statistics = [statistics_of(features[train], labels[train]) for _ in range(2)]
    scaled = ridge_classifier(statistics[0], ridge=1e-3, copies=1)
    plain = ridge_regression(statistics[1], ridge=1e-3).head
    loss = [
        float(torch.nn.functional.cross_entropy(head(features[test]), labels[test]))
        for head in (scaled, plain)
    ]
    assert loss[0] < 0.6 * loss[1]
    assert torch.equal(scaled(features).argmax(1), plain(features).argmax(1))


def test_constant_features_are_no_failure() -> None:
    features, labels = torch.ones(6, 4), torch.arange(6) % 3
    head = ridge_classifier(statistics_of(features, labels), ridge=0.1, copies=1)
    torch.testing.assert_close(
        head(features.double()).softmax(1), torch.full((6, 3), 1 / 3, dtype=torch.float64)
    )


def test_a_single_class_is_no_failure() -> None:
    statistics = statistics_of(torch.rand(5, 4), torch.zeros(5, dtype=torch.int64), classes=1)
    assert torch.isfinite(ridge_classifier(statistics, ridge=0.1, copies=1).weight).all()


def test_what_is_left_of_the_scatter_is_taken_for_nothing() -> None:
    statistics = statistics_of(*projected())
    ridge_regression(statistics, ridge=0.1)
    assert statistics.scatter.isnan().all()
