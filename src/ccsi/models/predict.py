"""Running a classifier over images."""

from __future__ import annotations

import torch
from torch import Tensor

from ccsi.models.classifier import Classifier

BATCH = 256


@torch.no_grad()
def predict(classifier: Classifier, images: Tensor, *, batch: int = BATCH) -> Tensor:
    """Class probabilities float32 [N, K] of images uint8 [N, C, H, W]; evaluation mode."""
    classifier.eval()
    parts = [
        classifier(part.float() / 255).logits.softmax(1) for part in torch.split(images, batch)
    ]
    return torch.cat(parts) if parts else torch.zeros(0, classifier.n_classes)


def accuracy(classifier: Classifier, images: Tensor, labels: Tensor) -> float:
    """The share of images whose most probable class is the right one, in [0, 1]."""
    return float((predict(classifier, images).argmax(1) == labels).double().mean())
