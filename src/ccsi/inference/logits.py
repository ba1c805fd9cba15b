"""Logits and calibrated probabilities of images as they lie on disk."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ccsi.models.classifier import Classifier, parts_of


@torch.no_grad()
def logits_of(classifier: Classifier, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Logits [N, K] of images uint8 [N, H, W, C], possibly memory-mapped; evaluation mode."""
    classifier.eval()
    parts = [
        classifier(torch.from_numpy(part).permute(0, 3, 1, 2).float() / 255).logits.double().numpy()
        for part in parts_of(images)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, classifier.n_classes))


def probabilities_of(
    classifier: Classifier, images: NDArray[np.uint8], *, temperature: float
) -> NDArray[np.float64]:
    """Probabilities [N, K] of images uint8 [N, H, W, C], the logits divided by `temperature`."""
    return softmax(logits_of(classifier, images) / temperature)


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Softmax over the last axis."""
    grown = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True))
