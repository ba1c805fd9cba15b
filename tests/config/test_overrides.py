"""Differences written as overrides that Hydra reads back to the same value."""

from typing import Any

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given, settings
from hypothesis import strategies as st

from ccsi.config.overrides import changes, in_shell, override_key, write_value

NAMES = st.text("abcXYZ019_./-: ='\"[]{},~+@$%é", min_size=1, max_size=12).filter(
    lambda text: "${" not in text and not text.endswith("\\")
)
SCALARS = st.none() | st.booleans() | st.integers(-9, 9**9) | st.floats(-1e9, 1e9) | NAMES
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.lists(st.lists(st.integers(0, 9)), max_size=3)


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_hydra_reads_a_written_value_back(value: Any) -> None:
    override = OverridesParser.create().parse_override(f"key={write_value(value)}")
    assert override.value() == value
    assert isinstance(override.value(), type(value))


def test_changes_are_told_leaf_by_leaf() -> None:
    before = {"a": {"b": 1, "c": 2}, "d": [1], "e": 5}
    after = {"a": {"b": 1, "c": 3, "new": {"x": 1}}, "d": [1, 2]}
    told = [change.as_override() for change in changes(before, after)]
    assert told == ["a.c=3", "+a.new.x=1", "d=[1,2]", "~e"]
    assert changes(before, before) == []


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("loss.ce=1", "loss.ce"),
        ("+per_task.t3.update.epochs=7", "per_task.t3.update.epochs"),
        ("++a.b=c=d", "a.b"),
        ("~loss.ce", "loss.ce"),
        ("dataset=digits", "dataset"),
    ],
)
def test_the_key_of_an_override(override: str, key: str) -> None:
    assert override_key(override) == key


def test_overrides_are_quoted_for_the_shell() -> None:
    assert in_shell(["a=1", "b=[1,2]"], flag="-S ") == "-S a=1 -S 'b=[1,2]'"
