"""Cross-entropies on the head's logits."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def cross_entropy(logits: Tensor, labels: Tensor, *, class_weights: Tensor | None = None) -> Tensor:
    """Mean over i of -log softmax(logits_i)[y_i]; on cosine logits this is CN-CE.

    logits [N, K], labels [N] in 0..K-1, class_weights [K] or None -> scalar >= 0.
    Source: Hou et al. (LUCIR), CVPR 2019; Ayromlou et al. (CCSI), 2024.
    """
    return F.cross_entropy(logits, labels, weight=class_weights)


def local_cross_entropy(
    logits: Tensor,
    labels: Tensor,
    *,
    n_old: int,
    synthetic: Tensor,
    class_weights: Tensor | None = None,
) -> Tensor:
    """Cross-entropy in which a real image competes with the new classes only.

    Real images (synthetic False) see the logits of classes n_old..K-1; impressions see all K.
    Nothing then rewards telling "synthetic" from "real" through the old rows.
    logits [N, K], labels [N], synthetic [N] bool -> scalar >= 0, the mean over N.
    Source: Smith et al. (Always Be Dreaming), ICCV 2021; Gao et al. (R-DFCIL), ECCV 2022.
    """
    old_columns = torch.arange(logits.shape[1], device=logits.device) < n_old
    hidden = old_columns[None, :] & ~synthetic[:, None]
    masked = logits.masked_fill(hidden, float("-inf"))
    return F.cross_entropy(masked, labels, weight=class_weights)


def class_weights(counts: Tensor) -> Tensor:
    """n_max / n_c for counts [K] of training images per class; a class without images gets 1.

    Source: released configuration of CCSI.
    """
    return torch.where(counts > 0, counts.max() / counts.clamp_min(1), torch.ones_like(counts))
