"""Which images are shown."""

import numpy as np

from ccsi.evaluation.examples import confident_mistakes, first_of_each_class


def test_first_of_each_class_by_class() -> None:
    assert first_of_each_class(np.array([1, 0, 1, 0, 1]), 2).tolist() == [1, 3, 0, 2]
    assert first_of_each_class(np.zeros(0, dtype=int), 2).tolist() == []


def test_mistakes_most_confident_first() -> None:
    probabilities = np.array([[0.6, 0.4], [0.9, 0.1], [0.3, 0.7], [0.8, 0.2]])
    # Image 2 is right; image 1 is wrong with 0.9, 3 with 0.8, 0 with 0.6.
    assert confident_mistakes(probabilities, np.array([1, 1, 1, 1]), 2).tolist() == [1, 3]
    assert confident_mistakes(probabilities, np.array([0, 0, 1, 0]), 2).tolist() == []
