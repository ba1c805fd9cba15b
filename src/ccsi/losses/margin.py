"""The margin ranking loss between old and new classes."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def margin_ranking(
    scores: Tensor, labels: Tensor, *, n_old: int, margin: float, top_k: int
) -> Tensor:
    """Mean over samples of old classes, and over their K best new classes c, of
    max(0, m - s_y + s_c).

    scores [N, K_all] cosines, labels [N], 0 < n_old < K_all, margin >= 0, top_k >= 1 ->
    scalar >= 0; 0 where the batch has no sample of an old class.
    Source: Hou et al. (LUCIR), CVPR 2019.
    """
    hardest = scores[:, n_old:].topk(min(top_k, scores.shape[1] - n_old), dim=1).values
    own = scores.gather(1, labels[:, None])
    # Masked, not picked: how many are picked is a number that the host would wait for.
    old = (labels < n_old)[:, None].expand_as(hardest)
    violation = torch.where(old, F.relu(margin - own + hardest), 0.0)
    return violation.sum() / old.sum().clamp_min(1)
