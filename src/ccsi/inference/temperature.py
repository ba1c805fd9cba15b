"""Temperature scaling (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

BOUNDS = (1.0, 20.0)
"""Never below 1. What it is fitted on is easier than real images of old classes: the network was
trained on the impressions, and often errs on none of them, where the best temperature is 0. Such
images can show that a network is too sure of itself, but not that it should be surer."""
TOLERANCE = 1e-6  # of the temperature's logarithm


def negative_log_likelihood(
    logits: NDArray[np.float64], labels: NDArray[np.int64], temperature: float
) -> float:
    """Mean of -log softmax(logits / T)[label]. logits [N, K], labels [N] in 0..K-1, T > 0."""
    scaled = log_softmax(logits / temperature, axis=1)
    return 0.0 - float(scaled[np.arange(len(labels)), labels].mean())


def fit_temperature(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """T within `BOUNDS` with the lowest negative log-likelihood; logits [N, K], labels [N].

    The likelihood is concave in 1 / T and so has one maximum, which a bounded search of log T
    finds. Raises ValueError where there are no images, or a logit is not finite.
    """
    if not len(labels) or not np.isfinite(logits).all():
        raise ValueError("a temperature needs images, and finite logits")

    def loss(log_temperature: float) -> float:
        return negative_log_likelihood(logits, labels, math.exp(log_temperature))

    low, high = map(math.log, BOUNDS)
    options = {"xatol": TOLERANCE}
    found = minimize_scalar(loss, bounds=(low, high), method="bounded", options=options)
    # The search only comes near a bound, where the best temperature often is.
    return math.exp(min((low, float(found.x), high), key=loss))
