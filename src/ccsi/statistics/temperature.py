"""The scale of logits, fitted to where the scores of each class lie."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from scipy.optimize import minimize_scalar
from torch import Tensor

POINTS = 512
RANGE = (1e-3, 1e4)
XATOL = 1e-9  # of log b
PULL = 1e-7  # of log b towards 0, which is felt only where perfect scores leave no other minimum


def best_factor(means: Tensor, covariance: Tensor) -> float:
    """The b > 0 that minimises the mean over classes k of E[-log softmax(b s)_k].

    s ~ N(means[k], covariance), means [K, K], covariance [K, K]. The expectation is an average over
    a Sobol sequence, so that nothing is drawn at random. 1 / b is a temperature (Guo et al., ICML
    2017). Kept in [1e-3, 1e4].
    """
    classes = len(means)
    if classes == 1:
        return 1.0
    values, vectors = torch.linalg.eigh(covariance)
    root = vectors * values.clamp_min(0).sqrt()
    scores = means[:, None, :] + _normal_points(classes) @ root.T  # [K, POINTS, K]
    labels = torch.arange(classes).repeat_interleave(POINTS)

    def loss(log_factor: float) -> float:
        factor = math.exp(log_factor)
        return float(F.cross_entropy((factor * scores).flatten(0, 1), labels)) + PULL * log_factor

    # Convex in b but for the pull, so with one minimum in log b.
    low, high = (math.log(limit) for limit in RANGE)
    found = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": XATOL})
    return math.exp(float(found.x))


def _normal_points(dimensions: int) -> Tensor:
    """Points [POINTS, dimensions] spread like a standard normal variable."""
    sobol = torch.quasirandom.SobolEngine(dimensions)  # type: ignore[no-untyped-call]
    uniform: Tensor = sobol.draw(POINTS + 1, dtype=torch.float64)
    # The first point is 0, whose quantile is infinite.
    points: Tensor = torch.special.ndtri(uniform[1:])
    return points
