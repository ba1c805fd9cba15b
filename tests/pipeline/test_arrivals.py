"""Own images over years: what is said when old data is purged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.pipeline.hospital import FOLDER, hospital
from tests.pipeline.project import Project

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def two(composed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return hospital(composed, tmp_path_factory.mktemp("hospital") / "project")


def test_gone_is_not_said_while_a_place_remains(two: Project, tmp_path: Path) -> None:
    project = two.clone(tmp_path / "project")
    project.dvc("remote", "add", "far", "ssh://nowhere.invalid/store")
    copy = project.root / FOLDER / "2025" / "croup" / "p0v0.png"
    shutil.copy(copy, project.root / "leaked.png")
    project.commit()
    listed = project.ccsi("purge", "t2", "--list", check=False)
    assert listed.returncode == 1
    assert copy.is_file()
    asked = project.ccsi("purge", "t2", check=False)  # nobody answers
    assert asked.returncode != 0
    assert copy.is_file()
    done = project.ccsi("purge", "t2", "--yes", check=False)
    assert done.returncode == 1
    assert "are gone" not in done.stdout
    assert "LEFT: remote far" in done.stdout
    assert "LEFT: git history" in done.stdout
    record = json.loads((project.root / "purges/t2.json").read_text())["purges"][-1]
    assert record["gone"] is False
    again = project.ccsi("purge", "t2", "--yes", check=False)  # nothing is left to search by
    assert again.returncode == 1
    assert "LEFT: git history" in again.stdout
    assert "are gone" not in again.stdout


def test_a_source_whose_tasks_share_files_is_refused(composed: Project) -> None:
    done = composed.ccsi("purge", "t2", "--yes", check=False)
    assert done.returncode == 1
    assert "dataset.source = digits" in done.stderr
    assert done.stderr.count("\n") == 1
