"""A flat map of features: their two directions of greatest spread (principal components)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class FeatureMap:
    """Coordinates float64 [N, 2] and [M, 2]; shares of the real features' variance [2]."""

    real: np.ndarray
    synthetic: np.ndarray
    explained: np.ndarray


def map_features(real: np.ndarray, synthetic: np.ndarray) -> FeatureMap:
    """Principal components of real features, and where synthetic ones lie on them.

    real: float [N, D] with D >= 2, synthetic: float [M, D]. The axes are fitted on the real
    features alone, so that impressions cannot stretch them. The largest entry of an axis is
    positive, which settles the sign that an eigenvector leaves open. Without any spread, or any
    real feature, all lie at 0. NumPy's eigenvectors, for scikit-learn's PCA takes longer to import
    than to compute; the tests hold one against the other. Of X'X or of XX', whichever is smaller:
    they share their eigenvalues, and X' takes the eigenvectors of the one to those of the other.
    """
    if not len(real):
        return FeatureMap(np.zeros((0, 2)), np.zeros((len(synthetic), 2)), np.zeros(2))
    centre = real.mean(axis=0, dtype=np.float64)
    centred = real - centre
    values, axes = _two_axes(centred)
    total = max(float(np.square(centred).sum()), np.finfo(np.float64).tiny)
    explained = np.clip(values, 0, None) / total
    return FeatureMap(centred @ axes, (synthetic - centre) @ axes, explained)


def _two_axes(centred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two largest eigenvalues [2] of X'X and their eigenvectors [D, 2], X [N, D].

    A direction without spread is left at 0.
    """
    count, width = centred.shape
    if count < 2:
        return np.zeros(2), np.zeros((width, 2))
    wide = count < width
    values, vectors = np.linalg.eigh(centred @ centred.T if wide else centred.T @ centred)
    values, axes = values[:-3:-1], vectors[:, :-3:-1]
    if wide:
        axes = centred.T @ axes
        lengths = np.linalg.norm(axes, axis=0)
        noise = np.finfo(np.float64).eps * max(centred.shape) * np.linalg.norm(centred)
        axes = np.where(lengths > noise, axes / np.where(lengths > 0, lengths, 1.0), 0.0)
    return values, axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
