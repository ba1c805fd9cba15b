"""Class means, by hand and in pieces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ccsi.class_means import (
    ClassMeans,
    append_means,
    class_means,
    load_means,
    noisy,
    refuse_few,
    save_means,
    task_means,
)
from ccsi.data.reading.prepare import prepare
from ccsi.frame.errors import ArtifactError, DataError
from ccsi.tasks.images import LabelledImages
from ccsi.tasks.task_files import TaskData
from tests.data.builders import dataset_params


def test_a_hand_computation():
    images = np.zeros((4, 8, 8, 1), dtype=np.uint8)
    images[0], images[1], images[2], images[3] = 255, 0, 51, 102
    images[1, 0, 0] = 51
    found = class_means(images, np.array([5, 5, 6, 6]), [6, 5])
    assert found.shape == (2, 8, 8, 1)
    assert found.dtype == np.float32
    assert np.allclose(found[0], 0.3)
    assert np.allclose(found[1, 1:], 0.5)
    assert found[1, 0, 0, 0] == np.float32(0.6)


@given(arrays(np.uint8, (9, 2, 2, 1)), st.permutations(range(9)), st.sampled_from([1, 9, 1 << 20]))
def test_order_and_chunks_do_not_matter(images, order, chunk):
    labels = np.arange(9) % 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ccsi.class_means.CHUNK", chunk)
        pieces = class_means(images[list(order)], labels[list(order)], [0, 1])
    assert np.array_equal(pieces, class_means(images, labels, [0, 1]))
    assert 0 <= pieces.min() <= pieces.max() <= 1


def test_all_training_images_count_and_no_others():
    data, _ = prepare(dataset_params("digits"), task="t2", classes=[2, 3], first_id=2, raw=None)
    found = task_means(data)
    threes = data.train.images[data.train.labels == 3]
    assert np.allclose(found.means[1], threes.mean(axis=0) / 255, atol=1e-6)
    assert found.counts == (int((data.train.labels == 2).sum()), len(threes))
    empty = TaskData(data.info, data.train, LabelledImages(data.val.images * 0, data.val.labels))
    assert np.array_equal(task_means(empty).means, found.means)


def test_a_class_without_images_has_no_mean():
    with pytest.raises(DataError, match="class 1 has no training images"):
        class_means(np.zeros((1, 8, 8, 1), dtype=np.uint8), np.array([0]), [0, 1])


def some(*names, side=8, value=0.5):
    pixels = np.full((len(names), side, side, 1), value, dtype=np.float32)
    return ClassMeans(pixels, names, (3,) * len(names))


def test_earlier_means_stay_untouched():
    old = some("a", "b", value=0.1)
    found = append_means(old, some("c"))
    assert found.class_names == ("a", "b", "c")
    assert np.array_equal(found.means[:2], old.means)
    assert append_means(None, old) is old


def test_tasks_that_do_not_fit_together_are_refused():
    with pytest.raises(DataError, match=r"\[9, 9, 1\].*\[8, 8, 1\]; set dataset\.side"):
        append_means(some("a"), some("b", side=9))
    with pytest.raises(DataError, match="class 'b' has already arrived"):
        append_means(some("a", "b"), some("b"))
    with pytest.raises(DataError, match="one of each"):
        ClassMeans(some("a").means, ("a",), ())


def test_means_come_back_as_they_were(tmp_path):
    save_means(tmp_path, some("größe", "b"))
    found = load_means(tmp_path)
    assert found.class_names == ("größe", "b")
    assert found.counts == (3, 3)
    assert np.array_equal(found.means, some("a", "b").means)


def test_damaged_means_are_refused(tmp_path):
    save_means(tmp_path, some("a", "b"))
    np.save(tmp_path / "means.npy", np.zeros((2, 8, 8, 1)))
    with pytest.raises(ArtifactError, match="float32"):
        load_means(tmp_path)
    np.save(tmp_path / "means.npy", some("a").means)
    with pytest.raises(ArtifactError, match="one of each"):
        load_means(tmp_path)
    (tmp_path / "means.json").write_text("{}")
    with pytest.raises(ArtifactError, match="class_names and counts"):
        load_means(tmp_path)


def test_a_class_of_too_few_images_is_refused_in_one_line_that_says_what_to_do():
    few = ClassMeans(np.zeros((2, 8, 8, 1), dtype=np.float32), ("many", "few"), (20, 19))
    with pytest.raises(DataError) as caught:
        refuse_few(few, 20)
    assert "class 'few' has 19 training images, fewer than means.minimum = 20" in str(caught.value)
    assert "ccsi config means.minimum=0" in str(caught.value)
    refuse_few(few, 19)
    refuse_few(few, 0)


def test_noise_is_normal_and_stays_in_range():
    grey = ClassMeans(np.full((2, 64, 64, 1), 0.5, dtype=np.float32), ("a", "b"), (9, 9))
    found = noisy(grey, 0.1, generator=np.random.default_rng(0))
    assert found.means.dtype == np.float32
    assert np.std(found.means - 0.5) == pytest.approx(0.1, rel=0.05)
    assert not np.allclose(found.means[0], found.means[1])
    assert (found.class_names, found.counts) == (grey.class_names, grey.counts)
    loud = noisy(grey, 5.0, generator=np.random.default_rng(0)).means
    assert (loud.min(), loud.max()) == (0, 1)
