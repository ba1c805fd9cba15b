"""Ridge regression on one-hot labels, from sums alone."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ccsi.statistics.affine import Affine
from ccsi.statistics.factor import factor_in_place, solved, trace_of_inverse
from ccsi.statistics.moments import FeatureStatistics
from ccsi.statistics.temperature import best_factor

LARGEST_LEVERAGE = 0.99


@dataclass(frozen=True)
class RidgeFit:
    """The regression; `freedom`: its effective number of parameters, at most min(d, N).

    spread [K, K]: covariance within a class of the scores of the images it was made of.
    """

    head: Affine
    freedom: float
    spread: Tensor


def ridge_regression(statistics: FeatureStatistics, *, ridge: float) -> RidgeFit:
    """W = (G + lambda I)^-1 C, with an intercept that is not penalised.

    G = sum (phi - m)(phi - m)' and C = sum (phi - m) y', m the mean of all features, y one-hot;
    lambda = ridge * mean(diag G), so that it fits features of any scale and any number of images.
    Since G and C are sums over images, task by task gives what all at once gives. Source: Zhuang
    et al. (ACIL), NeurIPS 2022, who update (G + lambda I)^-1 instead of G, with a fixed lambda
    and no intercept. The scatter is used up: G and its factor take its place, so that [d, d] is in
    memory once; what is left of it is NaN.
    """
    total, mean = statistics.total, statistics.mean
    shares = statistics.counts.double() / total
    gram = statistics.scatter.addr_(mean, mean, alpha=-total)
    cross = statistics.sums.T - torch.outer(mean, statistics.counts.double())
    penalty = ridge * float(gram.diagonal().mean()) or 1.0  # constant features: any will do
    gram.diagonal().add_(penalty)
    factor = factor_in_place(gram)
    weight = solved(factor, cross).T
    freedom = len(mean) - penalty * trace_of_inverse(factor)
    gram.fill_(torch.nan)
    # Over all images W G W', where (G + lambda I) W' = C; less that of the means of the classes.
    between = (weight @ (statistics.means - mean).T) * statistics.counts.double().sqrt()
    spread = (weight @ cross - penalty * weight @ weight.T - between @ between.T) / total
    return RidgeFit(Affine(weight, shares - weight @ mean), freedom, spread)


def ridge_classifier(statistics: FeatureStatistics, *, ridge: float, copies: int) -> Affine:
    """The regression, scaled so that the softmax of its scores is a sane probability.

    Scores of regression lie near 0 and 1, where a softmax would be all but uniform. The factor is
    the one that minimises the cross-entropy of the scores that the statistics predict for unseen
    images (`unseen_scores`); it changes no decision and needs no image. copies: how many times
    each image was counted, under its symmetries. The scatter is used up, as by the regression.
    """
    fit = ridge_regression(statistics, ridge=ridge)
    leverage = min(fit.freedom / (statistics.total / copies), LARGEST_LEVERAGE)
    means, covariance = unseen_scores(statistics, fit, leverage=leverage)
    return fit.head.scaled(best_factor(means, covariance))


def unseen_scores(
    statistics: FeatureStatistics, fit: RidgeFit, *, leverage: float
) -> tuple[Tensor, Tensor]:
    """Mean scores [K, K] of each class's images, and their covariance [K, K] within a class.

    Those of the training images follow from the statistics. On images left out, residuals are
    larger by 1 / (1 - leverage), leverage = degrees of freedom / images: generalised
    cross-validation (Golub, Heath and Wahba, Technometrics 1979).
    """
    onehot = torch.eye(len(statistics.counts), dtype=torch.float64)
    residuals = (onehot - fit.head(statistics.means)) / (1 - leverage)
    return onehot - residuals, fit.spread / (1 - leverage) ** 2
