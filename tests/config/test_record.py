"""Choices recorded in conf/config.yaml: comments and order stay."""

import pytest
import yaml

from ccsi.config.hydra_tree import group_options
from ccsi.config.record import record
from ccsi.frame.errors import ParameterError
from tests.config.projects import REPOSITORY

TEXT = """\
# What was chosen.
defaults:
  - defaults
  - dataset: digits  # the data
  - method: ccsi
  - _self_

loss:
  margin: 0.5  # tried in May
  ce: 2.0
split: [[0, 1], [2]]
"""
GROUPS = {"dataset": ["digits", "bloodmnist"], "method": ["ccsi", "joint"]}


def test_nothing_recorded_changes_nothing() -> None:
    committed = (REPOSITORY / "conf/config.yaml").read_text()
    assert record(committed, [], group_options(REPOSITORY / "conf")).text == committed
    assert record(TEXT, [], GROUPS).text == TEXT


def test_a_file_is_chosen_in_the_defaults_list() -> None:
    assert record(TEXT, ["method=joint"], GROUPS).text == TEXT.replace("ccsi", "joint")


def test_a_value_is_set_and_its_comment_stays() -> None:
    text = record(TEXT, ["loss.margin=0.25"], GROUPS).text
    assert [line.split() for line in text.splitlines()] == [
        line.split() for line in TEXT.replace("0.5", "0.25").splitlines()
    ]


def test_new_values_go_to_the_end() -> None:
    text = record(TEXT, ["seed=3", "+per_task.t3.update.epochs=7", "start=null"], GROUPS).text
    assert text.startswith(TEXT)
    assert yaml.safe_load(text)["per_task"] == {"t3": {"update": {"epochs": 7}}}
    assert yaml.safe_load(text)["start"] is None
    assert yaml.safe_load(text)["seed"] == 3


def test_lists_stay_in_one_line() -> None:
    text = record(TEXT, ["split=[[0,1,2],[3]]"], GROUPS).text
    assert "split: [[0, 1, 2], [3]]\n" in text


def test_a_value_is_forgotten_with_its_empty_branch() -> None:
    text = record(TEXT, ["~loss.margin"], GROUPS).text
    assert yaml.safe_load(text)["loss"] == {"ce": 2.0}
    assert "loss" not in yaml.safe_load(record(text, ["~loss.ce"], GROUPS).text)


def test_another_data_set_drops_what_belonged_to_the_former() -> None:
    text = record(TEXT, ["dataset.fraction=0.5"], GROUPS).text
    recorded = record(text, ["dataset.side=28", "dataset=bloodmnist"], GROUPS)
    assert yaml.safe_load(recorded.text)["dataset"] == {"side": 28}
    assert "split" not in yaml.safe_load(recorded.text)
    assert recorded.dropped == ["dataset={fraction:0.5}", "split=[[0,1],[2]]"]
    assert "loss" in recorded.text


def test_the_same_data_set_again_drops_nothing() -> None:
    assert record(TEXT, ["dataset=digits"], GROUPS).text == TEXT


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ("dataset=bloodmnst", "did you mean bloodmnist"),
        ("~dataset", "always chosen"),
        ("~seed", "records no such value"),
        ("~loss.idc", "records no such value"),
        ("~defaults", "records no such value"),
        ("defaults=[]", "choose files as group=file"),
        ("seed=0,1", "only one value"),
        ("seed=range(0,3)", "only one value"),
        ("loss.margin", "cannot read"),
        ("tasks.t3.update.epochs=7", "set +per_task.t3.update.epochs=7"),
        ("digest=1", "laid out"),
    ],
)
def test_what_cannot_be_recorded_is_told(choice: str, told: str) -> None:
    with pytest.raises(ParameterError) as caught:
        record(TEXT, [choice], GROUPS)
    assert told in str(caught.value)


def test_a_group_without_entry_is_told() -> None:
    with pytest.raises(ParameterError, match="no entry network"):
        record(TEXT, ["network=deep"], {**GROUPS, "network": ["deep"]})
