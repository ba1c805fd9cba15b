"""The committed studies and search spaces are ones that can be run."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccsi.study.plan import plan
from ccsi.study.space import VALIDATION, read_space
from tests.config.projects import REPOSITORY

CONF = REPOSITORY / "conf"
FILES = sorted((REPOSITORY / "studies").glob("*.yaml"))
SPACES = [file for file in FILES if file.name.endswith(".search.yaml")]
STUDIES = [file for file in FILES if file not in SPACES]


@pytest.mark.parametrize("file", STUDIES, ids=lambda file: file.stem)
def test_every_run_of_a_study_is_composed_and_has_a_name_of_its_own(file: Path) -> None:
    runs = plan(file, CONF)
    assert len({run.name for run in runs}) == len(runs) > 1


@pytest.mark.parametrize("task", [None, "t3"])
@pytest.mark.parametrize("file", SPACES, ids=lambda file: file.stem)
def test_every_corner_of_a_search_is_composed(file: Path, task: str | None) -> None:
    space = read_space(file, CONF, task=task)
    first = next(space.corners())
    assert VALIDATION in space.trial_overrides(first, task=task)
    assert set(first) == set(space.space)
