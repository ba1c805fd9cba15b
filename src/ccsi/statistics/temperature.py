"""The scale of logits, fitted to where the scores of each class lie."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

POINTS = 512
RANGE = (1e-3, 1e4)


def best_factor(means: Tensor, covariance: Tensor) -> float:
    """The b > 0 that minimises the mean over classes k of E[-log softmax(b s)_k].

    s ~ N(means[k], covariance), means [K, K], covariance [K, K]. The expectation is an average over
    a Sobol sequence, so that nothing is drawn at random. 1 / b is a temperature (Guo et al., ICML
    2017). Kept in [1e-3, 1e4]: scores that separate perfectly have no best b.
    """
    classes = len(means)
    if classes == 1:
        return 1.0
    values, vectors = torch.linalg.eigh(covariance)
    root = vectors * values.clamp_min(0).sqrt()
    scores = means[:, None, :] + _normal_points(classes) @ root.T  # [K, POINTS, K]
    labels = torch.arange(classes).repeat_interleave(POINTS)
    log_factor = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([log_factor], max_iter=100, line_search_fn="strong_wolfe")
    low, high = torch.tensor(RANGE, dtype=torch.float64).log()

    def closure() -> float:
        optimiser.zero_grad()
        factor = torch.maximum(torch.minimum(log_factor, high), low).exp()
        loss = F.cross_entropy((factor * scores).flatten(0, 1), labels)
        torch.autograd.backward(loss)
        return float(loss.detach())

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return float(log_factor.detach().exp().clamp(*RANGE))


def _normal_points(dimensions: int) -> Tensor:
    """Points [POINTS, dimensions] spread like a standard normal variable."""
    sobol = torch.quasirandom.SobolEngine(dimensions)  # type: ignore[no-untyped-call]
    uniform: Tensor = sobol.draw(POINTS + 1, dtype=torch.float64)
    # The first point is 0, whose quantile is infinite.
    points: Tensor = torch.special.ndtri(uniform[1:])
    return points
