"""The linear discriminant with one covariance shared by all classes."""

from __future__ import annotations

import torch

from ccsi.statistics.affine import Affine
from ccsi.statistics.factor import factor_in_place, solved
from ccsi.statistics.moments import FeatureStatistics, shrunk, within_class_covariance


def shared_covariance_discriminant(statistics: FeatureStatistics, *, shrinkage: float) -> Affine:
    """w_c = S^-1 mu_c, b_c = -1/2 mu_c' S^-1 mu_c: log-posteriors under equal priors.

    S = (1 - a) Sigma + a * mean(diag Sigma) * I, Sigma the within-class covariance, a = shrinkage
    in (0, 1]. Source: Hayes and Kanan (Deep SLDA), CVPR Workshops 2020, whose a is not relative
    and whose running covariance depends on the order of the images; this one does not. The scatter
    is used up: S and its factor take its place; what is left of it is NaN.
    """
    covariance = shrunk(within_class_covariance(statistics), shrinkage)
    # Features that never vary within a class leave nothing to divide by; any scale will do then.
    if not bool(covariance.diagonal().any()):
        covariance.diagonal().fill_(1.0)
    means = statistics.means
    weight = solved(factor_in_place(covariance), means.T).T
    covariance.fill_(torch.nan)
    return Affine(weight, -0.5 * (weight * means).sum(1))
