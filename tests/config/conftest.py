"""Fixtures for composition."""

from pathlib import Path

import pytest

from tests.config.projects import make_project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh project with the real conf/; the current folder lies there."""
    root = make_project(tmp_path / "project")
    monkeypatch.chdir(root)
    return root
