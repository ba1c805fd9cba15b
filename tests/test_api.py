"""The library without the pipeline: the example of the documentation, and what it refuses."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ccsi import api
from ccsi.frame.errors import DataError, ParameterError

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    """The names that the documented example leaves behind."""
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/library.md").read_text(), re.S)
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        exec(compile(code, "docs/library.md", "exec"), names)
    return names


def test_the_documented_example_learns_two_tasks(example: dict[str, Any]) -> None:
    model = example["model"]
    assert model.class_names == ("0", "1", "2", "3")
    assert model.classifier.tasks == {"t1": (0, 1), "t2": (2, 3)}
    assert [learned.data_free for learned in model.classifier.history] == [True, True]
    assert example["probabilities"].shape == (100, 4)
    assert np.allclose(example["probabilities"].sum(1), 1)
    made, ids = example["impressions"]
    assert made.shape == (10, 8, 8, 1)
    assert sorted(ids) == [0] * 5 + [1] * 5


def test_a_model_comes_back_from_its_folder(example: dict[str, Any], tmp_path: Path) -> None:
    api.save(example["model"], tmp_path)
    again = api.predict(api.load(tmp_path), example["images"][:100])
    assert np.array_equal(again, example["probabilities"])


def test_a_temperature_makes_it_less_sure(example: dict[str, Any]) -> None:
    warm = api.predict(example["model"], example["images"][:100], temperature=3.0)
    assert (warm.max(1) < example["probabilities"].max(1)).all()


def test_other_images_are_refused(example: dict[str, Any]) -> None:
    images = np.zeros((2, 9, 9, 1), dtype=np.uint8)
    with pytest.raises(DataError, match="the model was made for"):
        api.predict(example["model"], images)
    with pytest.raises(DataError, match="uint8"):
        api.predict(example["model"], np.full((2, 8, 8, 1), np.nan))


def test_labels_without_images_are_refused(example: dict[str, Any]) -> None:
    images, labels = np.zeros((2, 8, 8, 1), dtype=np.uint8), np.array([0, 2])
    with pytest.raises(DataError, match=r"labels must be 0\.\.1"):
        api.train(images, labels, ["a", "b"], example["settings"])


def test_an_unknown_section_is_refused() -> None:
    with pytest.raises(ParameterError, match="unknown section trian"):
        api.read_settings(ROOT / "params.yaml", trian={"epochs": 1})
