"""The committed studies and search spaces are ones that can be run."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from ccsi.study.plan import plan
from ccsi.study.space import VALIDATION, read_space
from tests.config.projects import REPOSITORY

CONF = REPOSITORY / "conf"
FILES = sorted((REPOSITORY / "studies").glob("*.yaml"))
SPACES = [file for file in FILES if file.name.endswith(".search.yaml")]
STUDIES = [file for file in FILES if file not in SPACES]


@pytest.mark.parametrize("file", STUDIES, ids=lambda file: file.stem)
def test_every_run_of_a_study_is_composed_and_has_a_name_of_its_own(
    file: Path, tmp_path: Path
) -> None:
    runs = plan(with_data(file, tmp_path), CONF)
    assert len({run.name for run in runs}) == len(runs) > 1
    # The remark at the head says how many.
    assert f"{len(runs)} runs" in file.read_text()


@pytest.mark.parametrize("task", [None, "t3"])
@pytest.mark.parametrize("file", SPACES, ids=lambda file: file.stem)
def test_every_corner_of_a_search_is_composed(file: Path, task: str | None) -> None:
    space = read_space(file, CONF, task=task)
    first = next(space.corners())
    assert VALIDATION in space.trial_overrides(first, task=task)
    assert set(first) == set(space.space)


def with_data(file: Path, folder: Path) -> Path:
    """The study; where it names an npz file by its path, a copy that names one of 8 classes."""
    images = np.zeros((8, 28, 28, 3), np.uint8)
    arrays = {f"{split}_images": images for split in ("train", "val", "test")}
    arrays |= {f"{split}_labels": np.arange(8) for split in ("train", "val", "test")}
    np.savez(folder / "images.npz", **arrays)  # type: ignore[arg-type]
    text = re.sub(r"(?<=dataset\.path=)\S+\.npz", str(folder / "images.npz"), file.read_text())
    copy = folder / file.name
    copy.write_text(text)
    return copy
