"""A hand edit of params.yaml, and a change of data set, are never lost without a word."""

import copy
from pathlib import Path
from typing import Any

import pytest

from ccsi.config.compose import compose_params
from ccsi.config.guard import (
    dropped_overrides,
    original_of,
    refuse_lost_dataset,
    refuse_lost_edit,
)
from ccsi.frame.errors import ParameterError

CONF = Path("conf")

pytestmark = pytest.mark.usefixtures("project")


def edited(params: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """A copy with one dotted key set by hand."""
    copied = copy.deepcopy(params)
    *parents, leaf = key.split(".")
    branch = copied
    for part in parents:
        branch = branch[part]
    branch[leaf] = value
    return copied


def check(at_hand: dict[str, Any], *overrides: str) -> None:
    """The guard, as `dvc exp run -S` calls it."""
    composed = compose_params(CONF, overrides)
    refuse_lost_edit(at_hand, original_of(at_hand, composed), composed, explicit=overrides)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("loss.margin", 0, "loss.margin 1.0 -> 0"),
        ("loss.margin", 0, "dvc exp run -S loss.margin=0"),
        ("loss.margin", 0, "ccsi config loss.margin=0"),
        ("loss.margin", 0, "dvc repro"),
        ("tasks.t3.update", {"epochs": 7}, "-S +per_task.t3.update.epochs=7"),
        ("per_task.t3", {"update": {"epochs": 7}}, "-S +per_task.t3.update.epochs=7"),
        ("split", [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]], "-S 'split=[[0,1,2,3,4],[5,6,7,8,9]]'"),
        ("start", "my models/blood", "start='my models/blood'"),
        ("synthesis.flip", False, "-S synthesis.flip=false"),
        ("tasks.t2.classes", [3, 2], "tasks.t2.classes is laid out"),
        ("rehearsals.t2.means", "elsewhere", "rehearsals.t2.means is laid out"),
    ],
)
def test_an_edit_is_refused_and_told_as_an_override(key: str, value: Any, told: str) -> None:
    with pytest.raises(ParameterError) as caught:
        check(edited(compose_params(CONF), key, value))
    text = str(caught.value).replace("'\"'\"'", "'").replace("''", "'")
    assert told in text
    assert "\n" not in text


def test_the_told_override_is_accepted_and_keeps_the_edit() -> None:
    at_hand = edited(compose_params(CONF), "tasks.t3.update", {"epochs": 7})
    check(at_hand, "+per_task.t3.update.epochs=7")
    check(edited(compose_params(CONF), "loss.margin", 0), "loss.margin=0", "seed=1")


def test_another_override_does_not_excuse_the_loss() -> None:
    with pytest.raises(ParameterError, match=r"loss\.margin"):
        check(edited(compose_params(CONF), "loss.margin", 0), "loss.ce=2")


def test_an_edit_may_be_replaced_knowingly() -> None:
    check(edited(compose_params(CONF), "loss.margin", 0), "loss.margin=0.5")


def test_what_an_experiment_chose_is_no_hand_edit() -> None:
    at_hand = compose_params(CONF, ["loss.ce=3", "method=finetune"])
    check(at_hand, "seed=2")
    with pytest.raises(ParameterError) as caught:
        check(edited(at_hand, "seed", 7))
    assert "seed=7" in str(caught.value)
    assert "loss.ce" not in str(caught.value)


def test_an_edit_that_changes_nothing_passes() -> None:
    check(edited(compose_params(CONF), "loss.margin", 1))


def test_a_changed_conf_is_picked_up(project: Path) -> None:
    at_hand = compose_params(CONF)
    defaults = project / "conf/defaults.yaml"
    defaults.write_text(defaults.read_text().replace("margin: 1.0", "margin: 2.0"))
    check(at_hand)
    assert compose_params(CONF)["loss"]["margin"] == 2.0


def test_without_params_yaml_there_is_nothing_to_lose() -> None:
    check({})


def test_another_data_set_is_not_left_without_a_word() -> None:
    at_hand = compose_params(CONF, ["dataset=bloodmnist"])
    with pytest.raises(ParameterError, match="-S dataset=bloodmnist"):
        refuse_lost_dataset(at_hand, compose_params(CONF), explicit=["seed=1"])
    for explicit in (["dataset=digits"], ["dataset=bloodmnist"]):
        composed = compose_params(CONF, explicit)
        refuse_lost_dataset(at_hand, composed, explicit=explicit)


def test_dropped_overrides_are_those_not_given_again() -> None:
    at_hand = compose_params(CONF, ["loss.ce=3", "+per_task.t2.update.epochs=3", "seed=4"])
    assert dropped_overrides(at_hand, ["seed=5"]) == ["loss.ce=3", "+per_task.t2.update.epochs=3"]
