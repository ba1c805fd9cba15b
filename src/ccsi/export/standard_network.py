"""The network in PyTorch's own layers, from pixels to probabilities: what exporters understand."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ccsi.models.classifier import Classifier
from ccsi.models.norm import ContinualNorm, MomentNorm


class StandardNetwork(nn.Module):
    """Scaling to [0, 1], the padding, the network and the temperature, in one module.

    Normalisation is by nn.GroupNorm and nn.BatchNorm2d, so that comparing with the classifier
    compares two implementations.
    """

    def __init__(self, classifier: Classifier, *, temperature: float) -> None:
        super().__init__()
        copy = classifier.frozen_copy()
        _replace_norms(copy)
        self.network, self.temperature = copy, temperature
        self.eval()

    def forward(self, images: Tensor) -> Tensor:
        """Images uint8 [N, side, side, C] -> probabilities float32 [N, K]."""
        logits = self.network(images.permute(0, 3, 1, 2).float() / 255).logits
        return torch.softmax(logits / self.temperature, dim=1)


class _StandardNorm(nn.Module):
    def __init__(self, norm: MomentNorm) -> None:
        super().__init__()
        grouped = nn.GroupNorm(norm.groups, norm.channels, eps=norm.eps, affine=False)
        self.group = grouped if isinstance(norm, ContinualNorm) else nn.Identity()
        self.batch = nn.BatchNorm2d(norm.channels, eps=norm.eps)
        names = ("weight", "bias", "running_mean", "running_var")
        self.batch.load_state_dict({name: getattr(norm, name) for name in names}, strict=False)

    def forward(self, activation: Tensor, moments: None = None, share: None = None) -> Tensor:
        normalised: Tensor = self.batch(self.group(activation))
        return normalised


def _replace_norms(module: nn.Module) -> None:
    for name, child in list(module.named_children()):
        if isinstance(child, MomentNorm):
            setattr(module, name, _StandardNorm(child))
        else:
            _replace_norms(child)
