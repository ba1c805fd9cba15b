"""The committed studies and search spaces are ones that can be run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from ccsi.config.overrides import override_key
from ccsi.frame.artifacts import load_table
from ccsi.reporting.bounds import COLUMNS
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

    # What a list leaves open depends on what conf/config.yaml has recorded.
    for run in runs:
        named = {override_key(o) for o in run.overrides}
        assert {"dataset", "budget", "method", "seed"} <= named
        if "dataset=npz" in run.overrides:
            assert {"dataset.name", "dataset.path", "dataset.symmetries"} <= named


@pytest.mark.parametrize("task", [None, "t3"])
@pytest.mark.parametrize("file", SPACES, ids=lambda file: file.stem)
def test_every_corner_of_a_search_is_composed(file: Path, task: str | None) -> None:
    space = read_space(file, CONF, task=task)
    first = next(space.corners())
    assert VALIDATION in space.trial_overrides(first, task=task)
    assert set(first) == set(space.space)


def test_the_bounds_of_a_budget_are_there_and_of_its_own_tasks() -> None:
    """Every table that a budget names is of the two bounds on its data, or holds no row yet."""
    named = {
        file.stem.partition("_"): yaml.safe_load(file.read_text()).get("report", {}).get("bounds")
        for file in sorted((CONF / "budget_dataset").glob("*.yaml"))
    }
    tables = {(key[0], key[2]): path for key, path in named.items() if path}
    assert ("demo", "digits") in tables
    for (budget, dataset), path in tables.items():
        table, study = REPOSITORY / path, (REPOSITORY / path).with_suffix(".yaml")
        assert table.read_text().startswith(",".join(COLUMNS))
        runs = plan(study, CONF)
        assert {f"budget={budget}", f"dataset={dataset}"} <= set(runs[0].overrides)
        rows = {(r["method"], r["seed"], r["task"], r["classes"]) for r in load_table(table)}
        wanted = {
            (run.params["method"]["name"], str(run.params["seed"]), task, str(count))
            for run in runs
            for task, count in classes_after(run.params["tasks"])
        }
        assert rows in (set(), wanted)


def classes_after(tasks: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Each task, and how many classes are known after it."""
    yield from zip(tasks, accumulate(len(task["classes"]) for task in tasks.values()), strict=True)


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
