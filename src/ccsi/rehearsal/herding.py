"""Herding: the few images whose mean feature is nearest to the mean of all."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def herd(features: Tensor, count: int) -> Tensor:
    """Rows of the chosen features, in the order in which they were chosen: [min(count, N)].

    features [N, D] of one class. With z = f / ||f|| and mu = mean z, the k-th choice is the row,
    not chosen yet, that minimises || mu - (z + sum of those chosen) / k ||; the first of equals.
    The first m choices are the best m, so that a memory is shrunk by cutting its end. Source:
    Rebuffi et al. (iCaRL), CVPR 2017, algorithm 4.
    """
    unit = F.normalize(features.double(), dim=1)
    mean, chosen_sum = unit.mean(0), torch.zeros_like(unit[0])
    free = torch.ones(len(unit), dtype=torch.bool)
    chosen: list[int] = []
    for k in range(1, min(count, len(unit)) + 1):
        distance = (mean - (chosen_sum + unit) / k).norm(dim=1)
        row = int(distance.masked_fill(~free, torch.inf).argmin())
        chosen.append(row)
        free[row] = False
        chosen_sum = chosen_sum + unit[row]
    return torch.tensor(chosen, dtype=torch.int64)
