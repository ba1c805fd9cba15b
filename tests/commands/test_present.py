"""A run counts as made by what is there now only while code and images are the same."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from dvc.repo import Repo

from ccsi.commands.experiments import _sources
from ccsi.commands.present import Present
from ccsi.comparison.run import Run
from tests.comparison.runs import make_run


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Repo]:
    """A committed DVC project with one file of code, and a folder of images outside it."""
    project, images = tmp_path / "project", tmp_path / "images"
    (project / "src").mkdir(parents=True)
    (project / "src/a.py").write_text("a = 1\n")
    for name in ("x", "y"):
        (images / name).mkdir(parents=True)
        (images / name / "1.png").write_text(name)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@x"]
    for command in (["init"], ["add", "--all"], ["commit", "-m", "x"]):
        subprocess.run([*git, *command], cwd=project, check=True, capture_output=True)
    with Repo.init(str(project)) as repo:
        yield repo


def made_now(repo: Repo, *sources: str) -> Run:
    """A run of this code and these files as they are."""
    present = Present(repo)
    code = _blob(repo, "src/a.py")
    hashes = {path: str(present.md5(path)) for path in sources}
    return replace(make_run([]), code={"src/a.py": code}, sources=hashes)


def _blob(repo: Repo, path: str) -> str:
    command = ["git", "rev-parse", f"HEAD:{path}"]
    done = subprocess.run(command, cwd=repo.root_dir, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_another_image_in_the_folder_is_noticed_and_the_same_bytes_are_not(repo: Repo) -> None:
    images = Path(repo.root_dir).parent / "images"
    run = made_now(repo, str(images))
    (images / "x/1.png").write_text("x")
    assert Present(repo).changed_data(run) is None
    (images / "x/1.png").write_text("z")
    assert Present(repo).changed_data(run) == str(images)
    (images / "x/1.png").write_text("x")
    (images / "x/2.png").write_text("one more")
    assert Present(repo).changed_data(run) == str(images)


def test_images_that_are_gone_are_no_other_images(repo: Repo) -> None:
    run = replace(made_now(repo), sources={"/nowhere/images": "0" * 32 + ".dir"})
    assert Present(repo).changed_data(run) is None


def test_a_change_of_code_counts_from_its_commit_on(repo: Repo) -> None:
    run = made_now(repo)
    assert Present(repo).has_code_of(run)
    (Path(repo.root_dir) / "src/a.py").write_text("a = 2\n")
    assert Present(repo).has_code_of(run)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-am", "y"]
    subprocess.run(git, cwd=repo.root_dir, check=True, capture_output=True)
    assert not Present(repo).has_code_of(run)


def test_sources_are_what_no_stage_made_and_no_code_is() -> None:
    lock = {
        "prepare@t1": {
            "deps": [
                {"path": "/images", "md5": "1.dir"},
                {"path": "data", "md5": "10.dir"},
                {"path": "data/laid_out", "md5": "2"},
                {"path": "src/ccsi/errors.py", "md5": "3"},
                {"path": "stages/prepare.py", "md5": "4"},
            ],
            "outs": [{"path": "data/test/t1", "md5": "9.dir"}],
        },
        "train@t1": {"deps": [{"path": "runtime.lock", "md5": "5"}]},
        "layout": {"deps": [], "outs": [{"path": "data/laid_out", "md5": "2"}]},
        # Where another data set was prepared since, the folder has another content.
        "evaluate@t1": {"deps": [{"path": "data/test", "md5": "8.dir"}]},
        "summarize": {"deps": [{"path": "bounds.csv", "md5": "6"}]},
    }
    lock["prepare@t7"] = {"deps": [{"path": "/of/an/earlier/run", "md5": "7.dir"}]}
    assert _sources(make_run([]).params, lock) == {"/images": "1.dir", "data": "10.dir"}
