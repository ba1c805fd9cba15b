"""The files and changes of the worked examples fit the project as it is."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest
import yaml

from tests.docs.guides import ROOT, changes, write_files

EXAMPLES = {"new-method.md": 3, "new-loss.md": 7}
"""Files to write, and hunks, of each."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_can_be_written_into_the_project(name: str, tmp_path: Path) -> None:
    for folder in ("src", "conf"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for folder in ("tests/methods", "tests/losses"):
        (tmp_path / folder).mkdir(parents=True)
    written = write_files(ROOT / "docs" / name, tmp_path)
    assert len(written) == EXAMPLES[name]
    for path in written:
        parse = ast.parse if path.suffix == ".py" else yaml.safe_load
        assert parse(path.read_text())


def test_a_change_whose_place_is_gone_is_noticed(tmp_path: Path) -> None:
    guide = tmp_path / "guide.md"
    guide.write_text("```diff\n--- a/x.py\n+++ b/x.py\n@@\n a\n+b\n```\n")
    (tmp_path / "x.py").write_text("a\n")
    write_files(guide, tmp_path)
    assert (tmp_path / "x.py").read_text() == "a\nb\n"
    (tmp_path / "x.py").write_text("c\n")
    with pytest.raises(AssertionError, match=r"x\.py has no longer"):
        write_files(guide, tmp_path)


def test_hunks_are_taken_apart() -> None:
    diff = "--- a/x\n+++ b/x\n@@\n a\n-b\n+c\n@@\n d\n+e\n"
    assert list(changes(diff)) == [("x", "a\nb\n", "a\nc\n"), ("x", "d\n", "d\ne\n")]
