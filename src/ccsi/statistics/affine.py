"""What a head solved from statistics is."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Affine:
    """logits = weight phi + bias: weight [K, d], bias [K]."""

    weight: Tensor
    bias: Tensor

    def __call__(self, features: Tensor) -> Tensor:
        """Features [N, d] -> [N, K]."""
        return features @ self.weight.T + self.bias

    def scaled(self, factor: float) -> Affine:
        """The same decisions with logits times `factor` > 0."""
        return Affine(self.weight * factor, self.bias * factor)
