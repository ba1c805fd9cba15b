"""Distillation from the frozen previous model."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def feature_distillation(features: Tensor, old_features: Tensor) -> Tensor:
    """L_dist = mean_i (1 - cos(z_i, z_i^old)).

    features, old_features [N, D] -> scalar in [0, 2]. Source: Hou et al. (LUCIR), CVPR 2019.
    """
    return 1 - F.cosine_similarity(features, old_features, dim=1).mean()


def distillation_scale(n_old: int, n_new: int) -> float:
    """lambda_t / lambda = sqrt(|C_old| / |C_t|). Source: Hou et al. (LUCIR), CVPR 2019."""
    return float((n_old / n_new) ** 0.5)


def logit_distillation(logits: Tensor, old_logits: Tensor, *, temperature: float) -> Tensor:
    """T^2 * mean_i KL(softmax(old_i / T) || softmax(new_i / T)) over the old classes.

    logits [N, K] with K >= K_old, old_logits [N, K_old], temperature > 0 -> scalar >= 0.
    Source: Hinton et al., 2015; Li and Hoiem (LwF), ECCV 2016.
    """
    new = F.log_softmax(logits[:, : old_logits.shape[1]] / temperature, dim=1)
    old = F.log_softmax(old_logits / temperature, dim=1)
    return temperature**2 * F.kl_div(new, old, reduction="batchmean", log_target=True)
