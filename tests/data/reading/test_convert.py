"""Sides and channels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from ccsi.data.reading.convert import pixels, resize, to_channels, to_side


@given(arrays(np.uint8, (3, 5, 5, 3)))
def test_luma_is_pils(images):
    expected = [np.asarray(Image.fromarray(image).convert("L")) for image in images]
    assert np.array_equal(to_channels(images, 1)[..., 0], expected)


@given(arrays(np.uint8, (2, 4, 4, 1)))
def test_grayscale_and_back_is_the_same(images):
    assert np.array_equal(to_channels(to_channels(images, 3), 1), images)


@given(st.integers(0, 255), st.sampled_from([1, 3]), st.integers(8, 40))
def test_a_uniform_image_stays_uniform(value, channels, side):
    images = np.full((1, 16, 16, channels), value, dtype=np.uint8)
    resized = to_side(images, side)
    assert resized.shape == (1, side, side, channels)
    assert (resized == value).all()


def test_nothing_to_do_copies_nothing():
    images = np.zeros((1, 8, 8, 3), dtype=np.uint8)
    assert to_side(to_channels(images, 3), 8) is images
    assert to_side(to_channels(images, None), None) is images


@pytest.mark.parametrize("shape", [(10, 20), (20, 10)])
def test_the_central_square_is_kept(shape):
    image = np.full(shape, 9, dtype=np.uint8)
    image[shape[0] // 2 - 5 : shape[0] // 2 + 5, shape[1] // 2 - 5 : shape[1] // 2 + 5] = 200
    assert (pixels(resize(Image.fromarray(image), 8)) == 200).all()


def test_shrinking_does_not_alias():
    stripes = np.zeros((1, 64, 64, 1), dtype=np.uint8)
    stripes[:, :, ::2] = 255
    inner = to_side(stripes, 16)[0, :, 4:-4, 0].astype(int)
    assert np.abs(inner - 127).max() < 10
