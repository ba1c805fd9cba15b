"""Experiments are read as DVC wrote them."""

from __future__ import annotations

import pytest
from dvc.utils.serialize import dumps_yaml

from ccsi.commands.experiments import read_yaml


@pytest.mark.parametrize("value", [1e-05, 2e16, 0.0005, 10, "1e-05", "on", True, None])
def test_values_that_dvc_writes_come_back(value: object) -> None:
    """A run whose numbers came back as texts was taken for one that did not run as it says."""
    assert read_yaml(dumps_yaml({"delta": value}), "dvc.lock") == {"delta": value}
