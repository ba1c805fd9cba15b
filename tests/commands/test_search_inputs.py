"""The digest of a search changes with what trials depend on, and with nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from dvc.repo import Repo

from ccsi.commands.search_inputs import SearchInputs, search_inputs, what_changed
from ccsi.config.paths import CONF
from ccsi.study.space import read_space
from tests.pipeline.project import Project

SPACE = "overrides: [method=finetune]\nspace: {update.lr: [0.01, 0.1]}\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A committed copy that nothing has run in, with a search file."""
    project = Project.create(tmp_path / "project")
    (project.root / "lr.yaml").write_text(SPACE)
    project.dvc("init", "--force", "--quiet")
    project.commit()
    return project


def inputs(project: Project, *, task: str | None = None) -> SearchInputs:
    with contextlib.chdir(project.root), Repo(str(project.root)) as repo:
        return search_inputs(repo, read_space(Path("lr.yaml"), CONF, task=task), task=task)


def edit(path: str, old: str, new: str) -> Callable[[Project], None]:
    """A change of the first place where `old` stands."""

    def change(project: Project) -> None:
        file = project.root / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    return change


def test_code_settings_and_runtime_count_once_committed(project: Project) -> None:
    before = inputs(project)
    assert inputs(project) == before
    changes = {
        "src/ccsi/training": edit("src/ccsi/training/loop.py", '"""', '"""A'),
        "src/ccsi/methods/finetune.py": edit("src/ccsi/methods/finetune.py", '"""', '"""A'),
        "stages/evaluate.py": edit("stages/evaluate.py", '"""', '"""A'),
        "runtime.lock": edit("runtime.lock", "torch", "torch "),
        "conf/ or dvc.yaml": edit("conf/defaults.yaml", "momentum: 0.9", "momentum: 0.8"),
    }
    for named, change in changes.items():
        change(project)
        project.commit()
        after = inputs(project)
        assert after.digest != before.digest, named
        assert after.space == before.space
        assert what_changed(before.files, after.files) == named
        before = after


def test_what_no_trial_reads_does_not_count(project: Project) -> None:
    before = inputs(project)
    for path in ("reporting/run_page.py", "commands/search.py", "methods/ccsi.py"):
        edit(f"src/ccsi/{path}", '"""', '"""A')(project)
    (project.root / "notes.md").write_text("of the reader")
    project.commit()
    assert inputs(project) == before


def test_a_search_of_one_task_does_not_depend_on_later_ones(project: Project) -> None:
    before = inputs(project, task="t2")
    assert "data/none" in before.files
    assert before.digest != inputs(project).digest


def test_images_count_as_they_lie(project: Project, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "images" / name).mkdir(parents=True)
        (tmp_path / "images" / name / "1.png").write_text(name)
    chosen = f"dataset=folder,dataset.path={tmp_path}/images,dataset.name=x,dataset.fraction=1"
    chosen += ",dataset.classes_per_task=1"
    (project.root / "lr.yaml").write_text(SPACE.replace("[method", f"[{chosen},method"))
    before = inputs(project)
    (tmp_path / "images/a/1.png").write_text("c")
    after = inputs(project)
    assert before.digest != after.digest
    assert what_changed(before.files, after.files) == f"{tmp_path}/images"
