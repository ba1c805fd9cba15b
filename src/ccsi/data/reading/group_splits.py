"""Splits that keep a group (a patient, a slide) whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ccsi.data.reading.splits import SPLITS, TEST, TRAIN, VAL
from ccsi.frame.errors import DataError
from ccsi.seeding import derive_seed, numpy_generator

MORE_GROUPS = "it needs more groups, another dataset.split_seed, or train/, val/ and test/ folders"


def split_by_group(
    labels: NDArray[np.int64],
    groups: Sequence[str],
    *,
    val_fraction: float,
    test_fraction: float,
    seed: int,
) -> NDArray[np.int8]:
    """Give whole groups to splits, each class as near to its fractions as greed gets.

    labels: [N]; groups: N names. Groups go by decreasing size, in an order that `seed` shuffles
    among equals, each to the split whose classes lack most; a class whose last groups are needed
    to give every split one image gets them there. A class with fewer than three groups leaves a
    split without it: the caller checks.
    """
    table, index = _class_counts(labels, groups)
    totals = table.sum(axis=0)
    wanted = np.outer((1 - val_fraction - test_fraction, val_fraction, test_fraction), totals)
    given = np.zeros_like(wanted)
    remaining = (table > 0).sum(axis=0)
    chosen = np.empty(len(table), dtype=np.int8)
    for row in _by_size(table, seed):
        lack = ((wanted - given) / np.maximum(totals, 1) * table[row]).sum(axis=1)
        urgent = _urgent(given, remaining, table[row])
        candidates = np.flatnonzero(urgent == urgent.max())
        chosen[row] = candidates[int(np.argmax(lack[candidates]))]
        given[chosen[row]] += table[row]
        remaining -= table[row] > 0
    return chosen[index]


def split_by_hash(
    groups: Sequence[str], *, val_fraction: float, test_fraction: float, seed: int
) -> NDArray[np.int8]:
    """A split for each group from its name and `seed` alone.

    Nothing else is looked at, so that a patient who comes back in a later arrival lands in the
    same split although the earlier arrival is not read. The fractions hold on average only.
    """
    known: dict[str, int] = {}
    for group in groups:
        if group not in known:
            key = derive_seed(seed, stage="prepare", task="", purpose=f"group/{group}")
            draw = key / 2**63
            held_out = VAL if draw < test_fraction + val_fraction else TRAIN
            known[group] = TEST if draw < test_fraction else held_out
    return np.array([known[group] for group in groups], dtype=np.int8)


def check_groups_apart(splits: NDArray[np.int8], groups: Sequence[str], *, where: str) -> None:
    """Raise DataError, naming the group, where one lies in two splits."""
    first: dict[str, int] = {}
    for group, split in zip(groups, splits.tolist(), strict=True):
        if first.setdefault(group, split) != split:
            raise DataError(
                f"{where}: group {group!r} is in both {SPLITS[first[group]]} and {SPLITS[split]}; "
                "a group must stay in one split"
            )


def _class_counts(
    labels: NDArray[np.int64], groups: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Images per group and class [G, K], and each image's group [N]."""
    names, index = np.unique(np.asarray(groups), return_inverse=True)
    table = np.zeros((len(names), int(labels.max()) + 1), dtype=np.int64)
    np.add.at(table, (index, labels), 1)
    return table, index


def _by_size(table: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    generator = numpy_generator(seed, stage="prepare", task="", purpose="group order")
    shuffled = generator.permutation(len(table))
    return shuffled[np.argsort(-table.sum(axis=1)[shuffled], kind="stable")]


def _urgent(
    given: NDArray[np.float64], remaining: NDArray[np.int64], group: NDArray[np.int64]
) -> NDArray[np.int64]:
    """For each split, how many of the group's classes have no later chance to be in it."""
    missing = given == 0
    last_chance = (missing.sum(axis=0) >= remaining) & (group > 0)
    urgent: NDArray[np.int64] = (missing & last_chance).sum(axis=1)
    return urgent
