"""The files of a folder, and that a folder which changed is not vouched for."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from ccsi.lineage.folders import files_of, folder_md5
from ccsi.lineage.lock import Entry

ONE, TWO = (hashlib.md5(text, usedforsecurity=False).hexdigest() for text in (b"one", b"two"))
# The listing as DVC 3.67.1 writes it into its cache, and its MD5.
LISTING = f'[{{"md5": "{ONE}", "relpath": "a.py"}}, {{"md5": "{TWO}", "relpath": "b/c.py"}}]'
MD5 = hashlib.md5(LISTING.encode(), usedforsecurity=False).hexdigest() + ".dir"
EXPECTED = [Entry("code/a.py", ONE), Entry("code/b/c.py", TWO)]
NOWHERE = Path("no/cache")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("a.py", "one"), ("b/c.py", "two"), ("__pycache__/a.pyc", "x")):
        path = tmp_path / "code" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "code"


def test_the_hash_is_that_of_dvcs_listing() -> None:
    assert folder_md5({"b/c.py": TWO, "a.py": ONE}) == MD5


@pytest.mark.usefixtures("folder")
def test_without_a_listing_the_folder_itself_tells_but_not_its_bytecode() -> None:
    assert files_of(Entry("code", MD5), NOWHERE) == EXPECTED


def test_a_folder_that_changed_tells_nothing(folder: Path) -> None:
    (folder / "a.py").write_text("three")
    assert files_of(Entry("code", MD5), NOWHERE) == []
    assert files_of(Entry("gone", MD5), NOWHERE) == []


def test_the_listing_tells_of_files_that_are_gone(tmp_path: Path) -> None:
    listing = tmp_path / MD5[:2] / MD5[2:]
    listing.parent.mkdir()
    listing.write_text(LISTING)
    assert files_of(Entry("code", MD5), tmp_path) == EXPECTED
    listing.write_text(json.dumps([{"md5": 1}]))
    assert files_of(Entry("code", MD5), tmp_path) == []


def test_a_file_is_no_folder(folder: Path) -> None:
    assert files_of(Entry("code/a.py", ONE), folder) == []
