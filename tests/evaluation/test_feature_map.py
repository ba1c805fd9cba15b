"""The flat map of features against scikit-learn's principal components."""

import numpy as np
from sklearn.decomposition import PCA

from ccsi.evaluation.feature_map import map_features


def test_coordinates_and_shares_are_those_of_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    real = generator.normal(size=(60, 8)) * np.arange(1, 9)
    synthetic = generator.normal(size=(5, 8))
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


def test_no_real_image_leaves_no_axes() -> None:
    flat = map_features(np.zeros((0, 4)), np.zeros((0, 4)))
    assert flat.real.shape == flat.synthetic.shape == (0, 2)
    assert flat.explained.tolist() == [0, 0]
