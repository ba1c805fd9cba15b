"""Imprinting: the head's row of a new class, from the features of its images."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def imprinted_rows(
    features: Tensor, labels: Tensor, class_ids: Sequence[int], *, old_rows: Tensor
) -> Tensor:
    """w_c = normalised mean of the normalised features of class c, times the mean old norm.

    features [N, D], labels [N], old_rows [K, D] (none: norm 1) -> rows [len(class_ids), D].
    Source: Qi, Brown, Lowe, CVPR 2018; Hou et al. (LUCIR), CVPR 2019. Every class needs an image.
    """
    unit = F.normalize(features, dim=1)
    means = torch.stack([unit[labels == class_id].mean(0) for class_id in class_ids])
    norm = old_rows.norm(dim=1).mean() if len(old_rows) else features.new_tensor(1.0)
    return F.normalize(means, dim=1) * norm
