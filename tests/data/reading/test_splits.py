"""Splits and subsets drawn from split_seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccsi.data.reading.splits import (
    SPLITS,
    check_no_class_empty,
    fraction_of_each_class,
    split_by_class,
)
from ccsi.frame.errors import DataError

counts_of_classes = st.lists(st.integers(3, 40), min_size=1, max_size=5)
parts = st.tuples(st.floats(0.01, 0.4), st.floats(0.01, 0.4))


def labels_of(counts):
    return np.repeat(np.arange(len(counts)), counts)


def names_of(counts):
    return [f"class {i}" for i in range(len(counts))]


@given(counts_of_classes, parts, st.integers(0, 9))
def test_every_class_keeps_its_proportions(counts, fractions, seed):
    val, test = fractions
    labels = labels_of(counts)
    splits = split_by_class(
        labels, names_of(counts), val_fraction=val, test_fraction=test, seed=seed
    )
    for position, count in enumerate(counts):
        found = np.bincount(splits[labels == position], minlength=len(SPLITS))
        assert found.min() >= 1
        wanted = np.array([1 - val - test, val, test]) * count
        assert np.abs(found - wanted)[1:].max() <= 1
        assert abs(found[0] - wanted[0]) <= 2


@given(counts_of_classes, st.integers(0, 9))
def test_a_class_splits_alike_wherever_it_stands(counts, seed):
    labels, names = labels_of(counts), names_of(counts)
    options = {"val_fraction": 0.2, "test_fraction": 0.2, "seed": seed}
    together = split_by_class(labels, names, **options)
    for position, count in enumerate(counts):
        alone = split_by_class(np.zeros(count, dtype=int), [names[position]], **options)
        assert np.array_equal(together[labels == position], alone)


def test_the_seed_decides():
    labels = np.zeros(50, dtype=int)
    options = {"val_fraction": 0.2, "test_fraction": 0.2}
    first = split_by_class(labels, ["a"], seed=0, **options)
    assert np.array_equal(first, split_by_class(labels, ["a"], seed=0, **options))
    assert not np.array_equal(first, split_by_class(labels, ["a"], seed=1, **options))
    assert not np.array_equal(first, split_by_class(labels, ["b"], seed=0, **options))


def test_two_images_are_too_few():
    with pytest.raises(DataError, match="'a' has 2 image"):
        split_by_class(np.zeros(2, dtype=int), ["a"], val_fraction=0.1, test_fraction=0.1, seed=0)


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=5),
    st.floats(0.001, 1),
    st.integers(0, 9),
)
def test_the_fraction_is_stratified(counts, fraction, seed):
    labels = labels_of(counts)
    rows = fraction_of_each_class(labels, names_of(counts), fraction=fraction, seed=seed)
    assert (np.diff(rows) > 0).all()
    for position, count in enumerate(counts):
        kept = int((labels[rows] == position).sum())
        assert kept == max(1, round(fraction * count))


@given(counts_of_classes, st.floats(0.01, 1), st.floats(0.01, 1))
def test_smaller_fractions_are_subsets(counts, one, other):
    labels, names = labels_of(counts), names_of(counts)
    small, large = (
        fraction_of_each_class(labels, names, fraction=fraction, seed=0)
        for fraction in sorted((one, other))
    )
    assert set(small) <= set(large)


def test_an_empty_class_is_named():
    splits = np.array([0, 1, 2, 0, 1], dtype=np.int8)
    with pytest.raises(DataError, match="'b' has no test images; do this"):
        check_no_class_empty(splits, np.array([0, 0, 0, 1, 1]), ["a", "b"], advice="do this")
