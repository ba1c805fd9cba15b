"""Tiny projects: one as composed, one whose pipeline has run."""

from pathlib import Path

import pytest

from tests.pipeline.project import Project


@pytest.fixture(scope="session")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Three tasks of digits, nothing run yet; not to be changed."""
    return Project.create(tmp_path_factory.mktemp("composed") / "project")


@pytest.fixture(scope="session")
def finished(composed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same after `dvc repro`, committed; not to be changed."""
    project = composed.clone(tmp_path_factory.mktemp("finished") / "project")
    project.repro()
    project.commit()
    return project


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A copy of the finished project, to change at will."""
    return finished.clone(tmp_path / "project")


@pytest.fixture
def fresh(composed: Project, tmp_path: Path) -> Project:
    """A copy of the project as composed, to change at will."""
    return composed.clone(tmp_path / "fresh")
