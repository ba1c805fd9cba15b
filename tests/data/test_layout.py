"""Classes laid out in tasks."""

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccsi.data.layout import class_catalogue, lay_out, reads, task_layout
from ccsi.data.reading.arrival_record import record_arrivals
from ccsi.frame.errors import DataError
from tests.data.builders import dataset_params, npz_arrays, write_images, write_npz

orders = st.one_of(st.just("natural"), st.just("random"), st.permutations(range(10)))


@st.composite
def partitions(draw):
    """Any uneven split of the ten digits."""
    order = draw(st.permutations(range(10)))
    cuts = sorted(draw(st.sets(st.integers(1, 9))))
    return [order[i:j] for i, j in zip([0, *cuts], [*cuts, 10], strict=True)]


def check_partition(layouts):
    assert list(layouts) == [f"t{i}" for i in range(1, len(layouts) + 1)]
    assert sorted(c for layout in layouts.values() for c in layout.classes) == list(range(10))
    seen = 0
    for layout in layouts.values():
        assert layout.first_id == seen
        assert layout.names == tuple(str(source) for source in layout.classes)
        seen += len(layout.classes)


@given(orders, st.integers(1, 12), st.integers(0, 5))
def test_equal_tasks_are_a_partition(order, width, seed):
    dataset = dataset_params("digits", class_order=order, classes_per_task=width, split_seed=seed)
    layouts = lay_out(dataset)
    check_partition(layouts)
    sizes = [len(layout.classes) for layout in layouts.values()]
    assert all(size == width for size in sizes[:-1])
    assert layouts == lay_out(dataset)


@given(orders, partitions())
def test_an_uneven_split_is_a_partition(order, split):
    layouts = lay_out(dataset_params("digits", class_order=order), split)
    check_partition(layouts)
    assert [len(layout.classes) for layout in layouts.values()] == [len(task) for task in split]
    if order == "natural":
        assert [list(layout.classes) for layout in layouts.values()] == split


def test_a_random_order_follows_the_split_seed():
    orders = {
        tuple(
            c
            for layout in lay_out(dataset_params("digits", **changes)).values()
            for c in layout.classes
        )
        for changes in ({"class_order": "random", "split_seed": seed} for seed in range(5))
    }
    assert len(orders) == 5


def test_the_papers_splits():
    tasks = [layout.classes for layout in lay_out(dataset_params("pathmnist")).values()]
    assert tasks == [(0, 1, 2), (3, 4), (5, 6), (7, 8)]
    tasks = [layout.classes for layout in lay_out(dataset_params("organamnist")).values()]
    assert tasks == [(0, 1, 2), (3, 4, 5), (6, 7, 8), (9, 10)]


def test_classes_per_task_goes_before_the_papers_split_and_a_split_before_both():
    dataset = dataset_params("pathmnist", classes_per_task=4)
    assert [len(layout.classes) for layout in lay_out(dataset).values()] == [4, 4, 1]
    layouts = lay_out(dataset, [[8, 7], [0, 1, 2, 3, 4, 5, 6]])
    assert layouts["t1"].classes == (8, 7)


@pytest.mark.parametrize(
    ("split", "word"),
    [
        ([[0, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]], "class 1 stands there twice"),
        ([[0, 1], [2, 3, 4, 5, 6, 7, 8]], "class 9 is omitted"),
        ([[0, 1, 10], [2, 3, 4, 5, 6, 7, 8, 9]], "class 10 is unknown"),
        ([[0, -1], [2, 3, 4, 5, 6, 7, 8, 9]], "class -1 is unknown"),
        ([[0, 1.0], [2, 3, 4, 5, 6, 7, 8, 9]], r"class 1\.0 is unknown"),
        ([[0, True], [2, 3, 4, 5, 6, 7, 8, 9]], "class True is unknown"),
        ([[0, "1"], [2, 3, 4, 5, 6, 7, 8, 9]], "class '1' is unknown"),
        ([list(range(10)), []], "task 2 is empty"),
        ([0, 1, 2], "no list of lists"),
        ([], "class 0 is omitted"),
    ],
)
def test_a_faulty_split_is_refused(split, word):
    with pytest.raises(DataError, match=word):
        lay_out(dataset_params("digits"), split)


def test_a_faulty_class_order_is_refused():
    with pytest.raises(DataError, match=r"dataset\.class_order: class 2 is omitted"):
        lay_out(dataset_params("digits", class_order=[0, 1]))


def test_nothing_that_says_what_a_task_is():
    with pytest.raises(DataError, match=r"give split or dataset\.classes_per_task"):
        lay_out(dataset_params("digits", classes_per_task=None))


def test_the_number_of_classes_is_checked():
    with pytest.raises(DataError, match=r"dataset\.classes = 9, but digits has 10"):
        class_catalogue(dataset_params("digits", classes=9))


def test_one_class_is_too_few(tmp_path):
    write_images(tmp_path, {"only": 3})
    with pytest.raises(DataError, match="has one class, 'only'"):
        lay_out(dataset_params("folder", path=str(tmp_path)))


def test_an_unknown_task_is_refused():
    layouts = lay_out(dataset_params("digits", classes_per_task=5))
    assert task_layout(layouts, "t2").first_id == 5
    with pytest.raises(DataError, match="task 't3' is unknown; known: t1, t2"):
        task_layout(layouts, "t3")


@pytest.mark.parametrize("name", ["chestmnist", "organmnist3d", "bloodmist", "cifar10"])
def test_sets_that_cannot_be_used_are_refused_by_name(name):
    reason = {
        "chestmnist": "several labels per image",
        "organmnist3d": "volumes",
        "bloodmist": "did you mean bloodmnist",
        "cifar10": "known: ",
    }[name]
    with pytest.raises(DataError, match=reason):
        lay_out(dataset_params("bloodmnist", name=name))


def test_an_unknown_source_is_refused():
    with pytest.raises(DataError, match="known: arrivals, digits, folder, medmnist, npz"):
        lay_out(dataset_params("digits", source="dicom"))


def test_what_prepare_reads(tmp_path):
    def first(dataset):
        return reads(dataset, lay_out(dataset)["t1"], raw="data/raw/x", nothing="data/none")

    assert first(dataset_params("digits")) == "data/none"
    assert first(dataset_params("bloodmnist")) == "data/raw/x"
    npz = write_npz(tmp_path / "a.npz", npz_arrays())
    assert first(dataset_params("npz", path=str(npz))) == npz.as_posix()
    write_images(tmp_path / "in" / "2024", {"a": 3, "b": 3})
    path = tmp_path / "in"
    assert first(dataset_params("arrivals", path=str(path))) == f"{path.as_posix()}/2024"


def test_class_ids_of_arrivals_never_change(tmp_path):
    write_images(tmp_path / "t9", {"b": 1, "a": 1})
    write_images(tmp_path / "t10", {"c": 1})
    dataset = dataset_params("arrivals", path=str(tmp_path))
    before = lay_out(dataset)
    assert [layout.names for layout in before.values()] == [("a", "b"), ("c",)]
    assert [layout.first_id for layout in before.values()] == [0, 2]
    record_arrivals(tmp_path)
    shutil.rmtree(tmp_path / "t9")
    write_images(tmp_path / "t1", {"d": 1, "e": 1})
    after = lay_out(dataset)
    assert {task: after[task] for task in before} == before
    assert after["t3"].classes == (3, 4)
    assert after["t3"].arrival == "t1"


@pytest.mark.parametrize(
    ("changes", "split"),
    [({"classes_per_task": 1}, None), ({"class_order": "random"}, None), ({}, [[0], [1]])],
)
def test_arrivals_are_tasks_themselves(tmp_path, changes, split):
    write_images(tmp_path / "t1", {"a": 1, "b": 1})
    with pytest.raises(DataError, match="arrivals are tasks themselves"):
        lay_out(dataset_params("arrivals", path=str(tmp_path), **changes), split)
