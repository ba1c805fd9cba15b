"""The flat map of features against scikit-learn's principal components."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from ccsi.evaluation.feature_map import map_features


@pytest.mark.parametrize(("count", "width"), [(60, 8), (8, 60), (3, 50), (9, 9)])
def test_coordinates_and_shares_are_those_of_scikit_learn(count: int, width: int) -> None:
    generator = np.random.default_rng(0)
    real = generator.normal(size=(count, width)) * np.arange(1, width + 1)
    synthetic = generator.normal(size=(5, width))
    flat = map_features(real, synthetic)
    pca = PCA(2, svd_solver="full").fit(real)
    np.testing.assert_allclose(np.abs(flat.real), np.abs(pca.transform(real)), atol=1e-8)
    np.testing.assert_allclose(np.abs(flat.synthetic), np.abs(pca.transform(synthetic)), atol=1e-8)
    np.testing.assert_allclose(flat.explained, pca.explained_variance_ratio_)


def test_no_spread_lies_at_the_origin() -> None:
    flat = map_features(np.ones((3, 4)), np.ones((0, 4)))
    assert np.abs(flat.real).max() == 0
    assert flat.synthetic.shape == (0, 2)
    assert flat.explained.tolist() == [0, 0]


@pytest.mark.parametrize("count", [1, 2])
def test_fewer_images_than_axes_spread_along_those_there_are(count: int) -> None:
    real = np.arange(count * 5, dtype=np.float64).reshape(count, 5)
    flat = map_features(real, real)
    assert np.isfinite(flat.real).all()
    assert np.abs(flat.real[:, 1]).max() == 0
    expected = np.linalg.norm(real - real.mean(axis=0), axis=1)
    np.testing.assert_allclose(np.abs(flat.real[:, 0]), expected)
    assert flat.explained.tolist() == pytest.approx([count - 1, 0])


def test_no_real_image_leaves_no_axes() -> None:
    flat = map_features(np.zeros((0, 4)), np.zeros((0, 4)))
    assert flat.real.shape == flat.synthetic.shape == (0, 2)
    assert flat.explained.tolist() == [0, 0]
