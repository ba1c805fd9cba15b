"""The guides' commands and code, for real, in a copy of the project."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ccsi.frame.artifacts import load_json
from tests.docs.guides import ROOT, blocks, write_files
from tests.pipeline.project import Project
from tests.pipeline.stand_ins import class_folder, run_in_small

pytestmark = pytest.mark.slow
NOT_IN_THREE_TASKS = ("t4", "t5", "classes_per_task", "split=")


def run_commands(guide: str, project: Project) -> list[list[str]]:
    """Run the ```sh blocks that are not marked, but for tasks and files that this copy lacks."""
    ran = []
    for block in blocks(ROOT / guide):
        for command in block.commands if block.language == "sh" and block.reason is None else ():
            if not any(word in " ".join(command) for word in NOT_IN_THREE_TASKS):
                told = project.ccsi(*command[1:]) if command[0] == "ccsi" else project.run(*command)
                assert "ERROR" not in told.stderr
                ran.append(command)
    return ran


def with_tests(project: Project) -> Project:
    """The project with its tests, as a reader has it."""
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "tests", project.root / "tests", ignore=skipped)
    shutil.copyfile(ROOT / "pyproject.toml", project.root / "pyproject.toml")
    project.commit()
    return project


def test_a_new_method_and_a_new_loss_are_added_as_told(project: Project) -> None:
    project.config("dataset.classes_per_task=5")
    with_tests(project)
    assert len(write_files(ROOT / "docs/new-method.md", project.root)) == 3
    assert len(run_commands("docs/new-method.md", project)) == 4
    metrics = load_json(project.root / "reports/metrics.json")
    assert (metrics["method"], metrics["data_free"]) == ("dream", True)
    project.config("method=ccsi")
    project.commit()
    written = write_files(ROOT / "docs/new-loss.md", project.root)
    assert {path.name for path in written} >= {"confidence.py", "params.py", "defaults.yaml"}
    ran = run_commands("docs/new-loss.md", project)
    assert ran[-1] == ["dvc", "exp", "run", "-S", "loss.confidence=0.1"]
    curves = (project.root / "reports/tables/training.csv").read_text()
    assert ",confidence," in curves


@pytest.mark.parametrize(
    "guide",
    [
        "README.md",
        *("docs/data-freeness.md", "docs/deploy.md", "docs/from-the-original.md", "docs/sweeps.md"),
    ],
)
def test_the_commands_of_a_guide_run(guide: str, project: Project) -> None:
    assert run_commands(guide, project)


@pytest.mark.timeout(1800)  # three runs of the pipeline, one after another
def test_own_images_from_the_first_arrival_to_a_purge_as_told(fresh: Project) -> None:
    """With the epochs of the tiny project: what `ccsi config` recorded wins over the budget."""
    project = with_tests(fresh)
    for key, value in (("user.name", "test"), ("user.email", "test@example.org")):
        project.run("git", "config", key, value)
    written = write_files(ROOT / "docs/own-data.md", project.root)
    assert [path.name for path in written][:2] == ["arrive.py", "write_npz.py"]
    with (project.root / ".gitignore").open("a") as stream:
        stream.write("/images/*/\n")
    ran = run_commands("docs/own-data.md", project)
    cells = class_folder(project.root / "cells")
    rows = [f"{path.relative_to(cells)},{path.parent.name}" for path in cells.glob("*/*.png")]
    (cells / "labels.csv").write_text("\n".join(["file,class", *rows]) + "\n")
    assert run_in_small("docs/own-data.md", project, {"<folder>": str(cells)}) == 2
    assert ["ccsi", "purge", "t1", "--yes"] in ran
    assert ran.count(["dvc", "repro"]) == 2
    assert ran[-1][:3] == ["python", "-m", "pytest"]
    files = project.run("git", "ls-files", "images").stdout.split()
    assert files == ["images/arrivals.json"]
    told = project.run("git", "show", "HEAD:reports/metrics.json").stdout
    metrics = json.loads(told)
    assert metrics["unmeasured_tasks"] == ["t1", "t2"]
    assert metrics["grouped_split"] is True
    assert len(json.loads((project.root / "five.json").read_text())) == 182


def test_what_one_machine_pushed_another_does_not_compute(
    project: Project,
    tmp_path: Path,
) -> None:
    remote = tmp_path / "remote"
    other = Project(tmp_path / "other")
    for block in blocks(ROOT / "docs/gpu.md"):
        told = [[w.replace("/tmp/ccsi-remote", str(remote)) for w in c] for c in block.commands]
        if block.language != "sh" or block.reason is not None:
            continue
        here = other if ["dvc", "repro"] in told else project
        if here is other:
            project.commit()
            project.run("git", "clone", "--quiet", str(project.root), str(other.root))
        output = "".join(here.run(*command).stdout for command in told)
    assert "Running stage" not in output
    metrics = [p.root / "reports/metrics.json" for p in (project, other)]
    assert metrics[0].read_bytes() == metrics[1].read_bytes()
