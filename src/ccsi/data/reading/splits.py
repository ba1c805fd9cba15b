"""Which image is for training, validation and testing; decided by `split_seed` alone.

A split is an int8 array [N] of positions in SPLITS. Every class is drawn on its own, with a
generator named after the class, so that the order of classes and tasks changes no split.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ccsi.frame.errors import DataError
from ccsi.seeding import numpy_generator

SPLITS = ("train", "val", "test")
TRAIN, VAL, TEST = range(3)


def split_by_class(
    labels: NDArray[np.int64],
    names: Sequence[str],
    *,
    val_fraction: float,
    test_fraction: float,
    seed: int,
) -> NDArray[np.int8]:
    """Split each class at random into parts that differ from their fractions by less than 1 image.

    labels: [N], positions in `names`. Each class gets at least one image in each split.
    Raises DataError where a class has fewer than three images.
    """
    splits = np.full(len(labels), TRAIN, dtype=np.int8)
    for position, name in enumerate(names):
        rows = np.flatnonzero(labels == position)
        if len(rows) < len(SPLITS):
            raise DataError(
                f"class {name!r} has {len(rows)} image(s); at least 3 are needed for "
                "training, validation and test"
            )
        order = _generator(seed, "split", name).permutation(rows)
        test = _part(test_fraction, len(rows))
        val = min(_part(val_fraction, len(rows)), len(rows) - test - 1)
        splits[order[:test]] = TEST
        splits[order[test : test + val]] = VAL
    return splits


def fraction_of_each_class(
    labels: NDArray[np.int64], names: Sequence[str], *, fraction: float, seed: int
) -> NDArray[np.int64]:
    """Sorted rows of a stratified part: round(fraction * n), at least 1, of each class.

    labels: [N], positions in `names`. A smaller fraction is a subset of a larger one.
    """
    if fraction == 1:
        return np.arange(len(labels), dtype=np.int64)
    kept = []
    for position, name in enumerate(names):
        rows = np.flatnonzero(labels == position)
        order = _generator(seed, "fraction", name).permutation(rows)
        kept.append(order[: max(1, round(fraction * len(rows)))])
    return np.sort(np.concatenate(kept)).astype(np.int64)


def check_no_class_empty(
    splits: NDArray[np.int8], labels: NDArray[np.int64], names: Sequence[str], *, advice: str
) -> None:
    """Raise DataError where a class has no image in one of the splits."""
    for position, name in enumerate(names):
        counts = np.bincount(splits[labels == position], minlength=len(SPLITS))
        if not counts.all():
            raise DataError(
                f"class {name!r} has no {SPLITS[int(counts.argmin())]} images; {advice}"
            )


def _part(fraction: float, count: int) -> int:
    return max(1, round(fraction * count))


def _generator(seed: int, purpose: str, name: str) -> np.random.Generator:
    return numpy_generator(seed, stage="prepare", task="", purpose=f"{purpose}/{name}")
