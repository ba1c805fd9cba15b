"""The intra-domain contrastive loss (IdC) on running mean score vectors of the classes."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def running_class_scores(history: Tensor, scores: Tensor, labels: Tensor, *, rho: float) -> Tensor:
    """S_c <- (1 - rho) S_c + rho * mean score vector of the batch's samples of class c.

    history [K, K] (detached here), scores [N, K], labels [N], rho in (0, 1]: the weight of the
    *new* batch -> [K, K]. A class that is absent from the batch keeps its row.
    Source: Ayromlou et al. (CCSI), 2024.
    """
    history = history.detach()
    members = F.one_hot(labels, history.shape[0]).to(scores.dtype)
    counts = members.sum(0)[:, None]
    means = members.T @ scores / counts.clamp_min(1)
    return torch.where(counts > 0, (1 - rho) * history + rho * means, history)


def intra_domain_contrast(source: Tensor, target: Tensor, *, tau: float, first: int) -> Tensor:
    """L_IdC = -log( sum_{c in T} R_cc / sum R ) with R = exp(T S' / tau).

    source [K, K]: labelled rows S; target [K, K]: rows T of unlabelled samples by predicted class,
    of which only `first`.. (the classes of the current task) enter, against all columns; rows are
    normalised to length 1; tau > 0 -> scalar >= 0. A row that no sample has filled yet is still
    zero and does not enter; without a filled pair the loss is 0.
    Source: Ayromlou et al. (CCSI), 2024.
    """
    rows = F.normalize(target[first:], dim=1)
    similarity = rows @ F.normalize(source, dim=1).T / tau
    row_filled, column_filled = target[first:].any(1), source.any(1)
    filled = row_filled[:, None] & column_filled[None, :]
    if similarity.device.type != "cpu":
        return _masked_contrast(similarity, filled, first)
    own_filled = filled.diagonal(offset=first)
    if not bool(own_filled.any()):
        return similarity.sum() * 0
    own = similarity.diagonal(offset=first)[own_filled]
    return similarity[filled].logsumexp(0) - own.logsumexp(0)


def _masked_contrast(similarity: Tensor, filled: Tensor, first: int) -> Tensor:
    """The same without the host's knowing what is filled, for which it would have to wait.

    On the CPU nobody waits, and picking adds in the order that recorded results were made with.
    """
    own, own_filled = similarity.diagonal(offset=first), filled.diagonal(offset=first)
    any_own = own_filled.any()
    # Where nothing is filled nothing is masked either: no infinity, no NaN, and no weight.
    every = similarity.masked_fill(any_own & ~filled, -torch.inf).flatten().logsumexp(0)
    loss = every - own.masked_fill(any_own & ~own_filled, -torch.inf).logsumexp(0)
    return loss * any_own
