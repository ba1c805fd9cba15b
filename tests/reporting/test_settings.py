"""What was run, in words."""

from __future__ import annotations

from typing import Any

import pytest

from ccsi.reporting.settings import budget, flat, losses, own_values, shown
from tests.reporting.toy_run import SETTINGS


def with_section(name: str, **values: Any) -> dict[str, Any]:
    return {**SETTINGS, name: {**SETTINGS[name], **values}}


def test_budget_tells_images_epochs_and_impressions() -> None:
    assert budget(SETTINGS) == (
        "all training images; 6 epochs for the first task, 7 for later; 5 impressions per class, "
        "30 iterations each"
    )
    assert budget(with_section("dataset", fraction=0.2)).startswith("20% of the training images")


def test_a_method_without_impressions_has_no_budget_for_them() -> None:
    assert "impressions" not in budget(with_section("method", rehearsal="none"))


def test_losses_are_those_with_a_weight() -> None:
    assert losses(with_section("loss", margin=0.5)) == (
        "1 \N{MULTIPLICATION SIGN} ce + 0.5 \N{MULTIPLICATION SIGN} margin"
    )
    assert losses(SETTINGS) == "1 \N{MULTIPLICATION SIGN} ce"
    assert losses(with_section("loss", ce=0.0)) == "none"


def test_values_of_single_tasks_are_told_by_key() -> None:
    empty: dict[str, Any] = {"loss": {}, "train": {}, "update": {}, "synthesis": {}}
    tasks = {"t1": empty, "t3": {**empty, "update": {"epochs": 7}, "loss": {"margin": 0.0}}}
    assert own_values(tasks) == ["t3: loss.margin = 0.0", "t3: update.epochs = 7"]


def test_nested_keys_are_dotted_in_order() -> None:
    assert flat({"b": {"x": 1}, "a": [1]}) == [("b.x", 1), ("a", [1])]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "null"), (True, "true"), (False, "false"), ([1, None], "[1, null]"), (0.5, "0.5"),
     ((), "[]"), ("x", "x"), (0, "0"), (1, "1")],
)  # fmt: skip
def test_values_as_yaml_has_them(value: Any, text: str) -> None:
    assert shown(value) == text
