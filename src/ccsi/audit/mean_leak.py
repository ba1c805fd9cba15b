"""Whether an image can be told to be one of those that a mean was taken of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from sklearn.metrics import roc_auc_score

Vectors = NDArray[np.float64]

FOLDS = 5
FEWEST_HELD = 20
CANDIDATES = 200


@dataclass(frozen=True)
class MeanAttack:
    """Scores by attack of members [m] and held-out images [h], and how alike the mean is to its
    most similar member and held-out image: cosine after the reference mean is subtracted.
    """

    members: Mapping[str, Vectors]
    held: Mapping[str, Vectors]
    best_member: float
    best_held: float


def attack_mean(mean: Vectors, count: int, members: Vectors, held: Vectors) -> MeanAttack:
    """Score members [m, d] and held-out images [h, d] of a class against a mean [d] of `count`.

    Held-out images serve in turn as candidates and as the attacker's reference, of which the mean
    and the covariance are known: no candidate is in its own reference. h >= FOLDS.
    """
    parts: dict[str, tuple[list[Vectors], list[Vectors]]] = {}
    alike: tuple[list[float], list[float]] = ([], [])
    for fold in range(FOLDS):
        inside = np.arange(len(held)) % FOLDS == fold
        reference, own = held[~inside], members[fold::FOLDS]
        direction = mean - reference.mean(axis=0)
        for side, candidates in zip(alike, (own, held[inside]), strict=True):
            if len(candidates):
                side.append(float(_cosines(candidates - reference.mean(axis=0), direction).max()))
        for name, amount in (("correlation", 1.0), ("whitened", oas_shrinkage(reference))):
            scores = parts.setdefault(name, ([], []))
            for side_scores, candidates in zip(scores, (own, held[inside]), strict=True):
                side_scores.append(likelihood_ratio(mean, count, candidates, reference, amount))
    return MeanAttack(
        {name: np.concatenate(found) for name, (found, _) in parts.items()},
        {name: np.concatenate(found) for name, (_, found) in parts.items()},
        max(alike[0]),
        max(alike[1]),
    )


def likelihood_ratio(
    mean: Vectors, count: int, candidates: Vectors, reference: Vectors, shrinkage: float
) -> Vectors:
    """How much likelier the mean is if a candidate is one of the `count` images behind it.

    With r, S the mean and covariance of the reference images and images taken as normal, the mean
    is N(r + (x - r) / n, S / n) if it holds x and N(r, S / n) if not, up to 1 / n; the logarithm of
    the ratio is (x - r)' S^-1 (mean - r) - (x - r)' S^-1 (x - r) / (2 n). S is shrunk towards its
    mean diagonal; shrinkage 1 leaves the correlation of Homer et al., "Resolving Individuals
    Contributing Trace Amounts of DNA to Highly Complex Mixtures", PLoS Genetics 2008, in the form
    of Sankararaman et al., Nature Genetics 2009. Returns [len(candidates)].
    """
    centre = reference.mean(axis=0)
    whiten = _inverse(reference - centre, shrinkage)
    shifted = candidates - centre
    towards = shifted @ whiten((mean - centre)[None])[0]
    own = np.einsum("ij,ij->i", shifted, whiten(shifted))
    ratio: Vectors = towards - own / (2 * count)
    return ratio


def oas_shrinkage(images: Vectors) -> float:
    """Oracle-approximating share of the mean diagonal in a covariance (Chen et al., IEEE TSP 2010).

    images: [m, d]; from the m x m products alone, so that d may be large. Never below 0.001.
    """
    m, d = images.shape
    centred = images - images.mean(axis=0)
    products = centred @ centred.T / m
    trace, squared = float(np.trace(products)), float((products**2).sum())
    if trace <= 0:
        return 1.0
    # As scikit-learn has it: the paper's factor 1 - 2/d is left out, which matters for d = 1 only.
    alpha, mu2 = squared / d**2, (trace / d) ** 2
    below = (m + 1) * (alpha - mu2 / d)
    return 1.0 if below <= 0 else float(np.clip((alpha + mu2) / below, 0.001, 1.0))


def mean_leaks(
    images: Vectors, counts: Sequence[int], *, draws: int, generator: np.random.Generator
) -> Iterator[dict[str, float | int]]:
    """What means of 5 to 2,000 images give away: rows, one of each count and draw.

    images: [N, d] of one class. Each draw takes the mean of `count` images; the others are held
    out. Counts that leave fewer than FEWEST_HELD of those are left out. Columns: count, draw, the
    AUC of both attacks, best_member and best_held, and whether the highest score is a member's.
    """
    for count in counts:
        if len(images) - count < FEWEST_HELD:
            continue
        for draw in range(draws):
            order = generator.permutation(len(images))
            own, held = images[order[:count]], images[order[count:][:CANDIDATES]]
            found = attack_mean(own.mean(axis=0), count, own[:CANDIDATES], held)
            row: dict[str, float | int] = {"count": count, "draw": draw}
            for name, scores in found.members.items():
                others = found.held[name]
                labels = np.repeat([1, 0], [len(scores), len(others)])
                row[name] = float(roc_auc_score(labels, np.concatenate([scores, others])))
                row[f"{name}_top"] = int(scores.max() > others.max())
            yield row | {"best_member": found.best_member, "best_held": found.best_held}


def _inverse(centred: Vectors, shrinkage: float) -> Callable[[Vectors], Vectors]:
    """Products of rows with S^-1, S = (1 - a) X'X / m + a (mean diagonal) I.

    By Woodbury's identity, without a d x d matrix. Where all images are alike, S is tiny instead.
    """
    m, d = centred.shape
    diagonal = shrinkage * max(float((centred**2).sum()) / (m * d), 1e-12)
    if shrinkage >= 1:
        return lambda rows: rows / diagonal
    inner = centred @ centred.T
    inner.flat[:: m + 1] += diagonal * m / (1 - shrinkage)
    factor = cho_factor(inner)

    def products(rows: Vectors) -> Vectors:
        found: Vectors = (rows - cho_solve(factor, centred @ rows.T).T @ centred) / diagonal
        return found

    return products


def _cosines(vectors: Vectors, direction: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(direction)
    cosines: Vectors = vectors @ direction / np.maximum(lengths, 1e-12)
    return cosines
