"""Experiments are read as DVC wrote them."""

from __future__ import annotations

from pathlib import Path

import pytest
from dvc.utils.serialize import dumps_yaml

from ccsi.commands.experiments import MEASURED, code_paths, read_yaml

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("value", [1e-05, 2e16, 0.0005, 10, "1e-05", "on", True, None])
def test_values_that_dvc_writes_come_back(value: object) -> None:
    """A run whose numbers came back as texts was taken for one that did not run as it says."""
    assert read_yaml(dumps_yaml({"delta": value}), "dvc.lock") == {"delta": value}


def test_the_code_of_a_run_is_that_of_its_numbers_and_not_of_its_page() -> None:
    measured = {f"src/ccsi/{name}" for name in MEASURED}
    assert all((ROOT / path).is_file() for path in measured)
    lock = {
        "evaluate@t1": {"deps": [{"path": "data/test"}, {"path": "src/ccsi/evaluation"}]},
        "summarize": {"deps": [{"path": "src/ccsi/reporting"}, {"path": "stages/summarize.py"}]},
    }
    assert set(code_paths(lock)) == {"src/ccsi/evaluation", *measured}
