"""Classification heads that grow by rows as classes arrive."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from ccsi.models.imprinting import imprinted_rows


class Head(nn.Module):
    """Rows w_c [K, D], one per class. Scores are cosines; what the logits are is the subclass's."""

    def __init__(self, n_features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(0, n_features))

    @property
    def n_classes(self) -> int:
        """The number of classes K learned so far."""
        return int(self.weight.shape[0])

    def rows(self) -> list[Tensor]:
        """What belongs to single classes: tensors [K, ...]."""
        return [self.weight]

    def scores(self, features: Tensor) -> Tensor:
        """Cosine scores s_c = cos(z, w_c): [N, D] -> [N, K] in [-1, 1]."""
        return F.linear(F.normalize(features, dim=1), F.normalize(self.weight, dim=1))

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features [N, D] -> (scores [N, K] in [-1, 1], logits [N, K])."""
        raise NotImplementedError

    @torch.no_grad()
    def grow(self, count: int, *, generator: Generator) -> None:
        """Append `count` rows drawn from N(0, 1/D)."""
        width = self.weight.shape[1]
        rows = torch.empty(count, width).normal_(0, width**-0.5, generator=generator)
        self.weight = nn.Parameter(torch.cat([self.weight, rows]))

    @torch.no_grad()
    def imprint(self, features: Tensor, labels: Tensor, class_ids: list[int]) -> None:
        """Set the rows of `class_ids` from features [N, D] (see `imprinted_rows`)."""
        old = self.weight[: min(class_ids)]
        self.weight[class_ids] = imprinted_rows(features, labels, class_ids, old_rows=old)


class CosineLinear(Head):
    """Cosine head: logits = sigma * s, one learnable sigma (Hou et al., LUCIR, CVPR 2019)."""

    def __init__(self, n_features: int, *, sigma: float = 10.0) -> None:
        super().__init__(n_features)
        self.sigma = nn.Parameter(torch.tensor(float(sigma)))

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features [N, D] -> (scores [N, K] in [-1, 1], logits [N, K])."""
        scores = self.scores(features)
        return scores, self.sigma * scores


class Linear(Head):
    """Plain linear head: logits = W z + b."""

    def __init__(self, n_features: int) -> None:
        super().__init__(n_features)
        self.bias = nn.Parameter(torch.zeros(0))

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features [N, D] -> (cosine scores [N, K], logits [N, K])."""
        return self.scores(features), F.linear(features, self.weight, self.bias)

    def rows(self) -> list[Tensor]:
        """The weight rows and the biases."""
        return [self.weight, self.bias]

    @torch.no_grad()
    def grow(self, count: int, *, generator: Generator) -> None:
        """Append `count` rows drawn from N(0, 1/D), and zero biases."""
        super().grow(count, generator=generator)
        self.bias = nn.Parameter(torch.cat([self.bias, torch.zeros(count)]))
