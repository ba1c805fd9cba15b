"""Groups stay whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccsi.data.reading.group_splits import check_groups_apart, split_by_group, split_by_hash
from ccsi.data.reading.splits import SPLITS
from ccsi.frame.errors import DataError

FRACTIONS = {"val_fraction": 0.1, "test_fraction": 0.2}
images_with_groups = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from("abcdefghij")), min_size=1, max_size=60
)


def splits_of_groups(splits, groups):
    return {
        group: {int(s) for s, g in zip(splits, groups, strict=True) if g == group}
        for group in groups
    }


@given(images_with_groups, st.integers(0, 9))
def test_no_group_is_in_two_splits(images, seed):
    labels = np.array([label for label, _ in images])
    groups = [group for _, group in images]
    for splits in (
        split_by_group(labels, groups, seed=seed, **FRACTIONS),
        split_by_hash(groups, seed=seed, **FRACTIONS),
    ):
        assert all(len(found) == 1 for found in splits_of_groups(splits, groups).values())
        check_groups_apart(splits, groups, where="here")


@given(images_with_groups, st.integers(0, 9))
def test_greed_does_not_depend_on_the_order_of_images(images, seed):
    def split(rows):
        labels = np.array([label for label, _ in rows])
        groups = [group for _, group in rows]
        return splits_of_groups(split_by_group(labels, groups, seed=seed, **FRACTIONS), groups)

    assert split(images) == split(images[::-1])


@given(st.lists(st.lists(st.integers(1, 9), min_size=3, max_size=20), min_size=1, max_size=4))
def test_every_class_of_three_groups_is_in_every_split(sizes):
    labels, groups = [], []
    for label, group_sizes in enumerate(sizes):
        for number, size in enumerate(group_sizes):
            labels += [label] * size
            groups += [f"{label}/{number}"] * size
    splits = split_by_group(np.array(labels), groups, seed=0, **FRACTIONS)
    for label, group_sizes in enumerate(sizes):
        found = np.bincount(splits[np.array(labels) == label], minlength=len(SPLITS))
        assert found.min() >= 1
        wanted = np.array([0.7, 0.1, 0.2]) * sum(group_sizes)
        assert np.abs(found - wanted).max() <= 2 * max(group_sizes)


def test_many_groups_come_near_their_fractions():
    generator = np.random.default_rng(0)
    groups = [f"patient {i}" for i in range(200) for _ in range(5)]
    labels = generator.integers(0, 3, len(groups))
    splits = split_by_group(labels, groups, seed=0, **FRACTIONS)
    for label in range(3):
        found = np.bincount(splits[labels == label], minlength=3) / (labels == label).sum()
        assert np.abs(found - [0.7, 0.1, 0.2]).max() < 0.02


def test_a_hashed_group_lands_where_it_did_before():
    first = split_by_hash(["ann", "bob", "eve"], seed=3, **FRACTIONS)
    later = split_by_hash(["eve", "zoe", "bob"], seed=3, **FRACTIONS)
    assert (later[0], later[2]) == (first[2], first[1])


def test_hashed_groups_have_the_fractions_on_average():
    splits = split_by_hash([str(i) for i in range(5000)], seed=0, **FRACTIONS)
    assert np.abs(np.bincount(splits) / 5000 - [0.7, 0.1, 0.2]).max() < 0.02


def test_a_group_in_two_splits_is_named():
    with pytest.raises(DataError, match="here: group 'bob' is in both train and test"):
        check_groups_apart(np.array([0, 0, 2], dtype=np.int8), ["ann", "bob", "bob"], where="here")
