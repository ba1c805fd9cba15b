"""Distances between the moments of a batch of images and those a network remembers."""

from __future__ import annotations

import torch
from torch import Tensor


def batch_moment_distance(
    mean: Tensor, var: Tensor, running_mean: Tensor, running_var: Tensor
) -> Tensor:
    """(||mu - mu_BN||_2 + ||var - var_BN||_2) / sqrt(C): one layer's term over the batch.

    All [C] -> scalar >= 0. Source: Yin et al. (DeepInversion), CVPR 2020; scaled as in CCSI.
    """
    distance: Tensor = torch.linalg.vector_norm(mean - running_mean)
    distance = distance + torch.linalg.vector_norm(var - running_var)
    return distance.div(mean.shape[0] ** 0.5)


def group_moment_distance(
    mean: Tensor, var: Tensor, class_mean: Tensor, class_var: Tensor
) -> Tensor:
    """(||g_i - g^c||_2 + ||v_i - v^c||_2) / sqrt(G) of each image i, against its class's moments.

    All [N, G], the last two already picked by each image's class -> [N], each at least 0.
    Source: Ayromlou et al. (CCSI), 2024, with the gradient that the released code cuts off.
    """
    distance: Tensor = torch.linalg.vector_norm(mean - class_mean, dim=1)
    distance = distance + torch.linalg.vector_norm(var - class_var, dim=1)
    return distance.div(mean.shape[1] ** 0.5)
