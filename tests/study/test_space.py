"""A search space: checked at every corner, scored on validation images."""

from pathlib import Path

import pytest

from ccsi.frame.errors import ParameterError
from ccsi.study.space import VALIDATION, read_space, score_of
from tests.config.projects import REPOSITORY

CONF = REPOSITORY / "conf"
SPACE = """
overrides: [method=ccsi]
space:
  update.lr: {low: 0.003, high: 0.3, log: true}
  update.epochs: {low: 3, high: 9}
  loss.margin: [0, 0.5, 1]
"""


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    return file


def test_each_trial_reads_validation_images(tmp_path: Path) -> None:
    space = read_space(write(tmp_path, SPACE), CONF, task=None)
    told = space.trial_overrides({"update.lr": 0.1}, task=None)
    assert told == ["method=ccsi", VALIDATION, "update.lr=0.1"]
    alone = space.trial_overrides({"update.lr": 0.1}, task="t3")
    assert alone[-1] == "++per_task.t3.update.lr=0.1"


def test_corners_hold_every_end_and_choice(tmp_path: Path) -> None:
    corners = list(read_space(write(tmp_path, SPACE), CONF, task="t3").corners())
    assert len(corners) == 1 + 1 + 1 + 2
    assert {corner["loss.margin"] for corner in corners} == {0, 0.5, 1}
    assert {corner["update.epochs"] for corner in corners} == {3, 9}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("update.lr", "update.lrr", "did you mean update.lr"),
        ("[0, 0.5, 1]", "[0, -0.5]", "loss.margin=-0.5"),
        ("low: 3", "low: 30", "low must lie below high"),
        ("loss.margin: [0, 0.5, 1]", "evaluate.split: [test]", "validation images"),
        ("[method=ccsi]", "[evaluate.split=test]", "validation images"),
        ("[method=ccsi]", "['method=ccsi,ci']", "put what varies into space"),
        ("space:", "spaces:", "search.space is missing"),
        ("[0, 0.5, 1]", "[]", "loss.margin"),
        ("[0, 0.5, 1]", "[1e-4, 0.5]", "1e-4 is read as a text; write it with a point"),
    ],
)
def test_a_fault_is_told_before_anything_runs(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    with pytest.raises(ParameterError) as caught:
        read_space(write(tmp_path, SPACE.replace(old, new)), CONF, task=None)
    assert told in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "mine.yaml"))


def test_one_task_alone_has_only_values_of_its_own(tmp_path: Path) -> None:
    file = write(tmp_path, SPACE)
    with pytest.raises(ParameterError, match="the tasks are t1, t2"):
        read_space(file, CONF, task="t9")
    seed = write(tmp_path, "space: {seed: [0, 1]}")
    with pytest.raises(ParameterError, match="no task's own"):
        read_space(seed, CONF, task="t3")


def test_the_score_grows_with_the_tasks(tmp_path: Path) -> None:
    space = read_space(write(tmp_path, SPACE), CONF, task=None)
    assert score_of(space, [1.0, 0.5]) == 0.75
    assert score_of(space.model_copy(update={"score": "accuracy"}), [1.0, 0.5]) == 0.5
