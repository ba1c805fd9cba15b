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
    logits: Tensor, labels: Tensor, *, n_old: int, class_weights: Tensor | None = None
) -> Tensor:
    """Cross-entropy of new classes' images in which the new classes compete with each other only.

    The logits of classes n_old..K-1 are seen, so that nothing rewards telling "real" from
    "synthetic" through the old rows.
    logits [N, K], labels [N] in n_old..K-1, class_weights [K] or None -> scalar >= 0; 0 for N = 0.
    Source: Smith et al. (Always Be Dreaming), ICCV 2021; Gao et al. (R-DFCIL), ECCV 2022.
    """
    if not len(labels):
        return logits.sum()
    weights = None if class_weights is None else class_weights[n_old:]
    return F.cross_entropy(logits[:, n_old:], labels - n_old, weight=weights)


def class_weights(counts: Tensor) -> Tensor:
    """n_max / n_c for counts [K] of training images per class; a class without images gets 1.

    Source: released configuration of CCSI.
    """
    return torch.where(counts > 0, counts.max() / counts.clamp_min(1), torch.ones_like(counts))
