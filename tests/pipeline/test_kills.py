"""kill -9 of a stage, and of DVC: the next run goes on and ends with the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipeline.killing import holder, start, wait_until
from tests.pipeline.project import Project, tree

pytestmark = pytest.mark.slow

LONG = ("train.epochs=40", "synthesis.iterations=400", "update.epochs=20")


def wait_for(true: Callable[[], bool], *, process: subprocess.Popen[bytes]) -> None:
    wait_until(lambda: true() or process.poll() is not None)
    assert process.poll() is None, "it ended before it could be killed"


def dvc_repro(project: Project, address: str) -> subprocess.Popen[bytes]:
    return start(project, sys.executable, "-m", "dvc", "repro", address, checkpoint_s=0.05)


def running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def longer(composed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Stages long enough to be hit, the images prepared."""
    project = composed.clone(tmp_path_factory.mktemp("longer") / "project")
    project.config(*LONG)
    project.repro("means@t1")
    project.commit()
    return project


@pytest.fixture(scope="module")
def whole(longer: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    project = longer.clone(tmp_path_factory.mktemp("whole") / "project")
    project.repro("synthesize@t1")
    return made(project)


def made(project: Project) -> dict[str, bytes]:
    return {
        f"{place}/{name}": content
        for place in ("data/models/t1", "data/impressions/t1")
        for name, content in tree(project.root / place)
    }


@pytest.mark.parametrize(
    ("address", "out"), [("train@t1", "data/models/t1"), ("synthesize@t1", "data/impressions/t1")]
)
def test_a_killed_stage_goes_on_to_the_same_bytes(
    longer: Project, whole: dict[str, bytes], tmp_path: Path, address: str, out: str
) -> None:
    project = longer.clone(tmp_path / "project")
    kept = project.root / ".ccsi/checkpoints" / out
    repro = dvc_repro(project, address)
    wait_for(lambda: any(kept.glob("*.safetensors")), process=repro)
    os.kill(holder(project, address), signal.SIGKILL)
    assert repro.wait(600) != 0
    assert not (project.root / out).exists()
    done = project.dvc("repro", "synthesize@t1")
    assert f"going on from .ccsi/checkpoints/{out}" in done.stderr + done.stdout
    assert made(project) == whole
    assert not kept.exists()


def test_after_a_kill_of_dvc_a_twin_is_refused_until_the_stage_is_done(
    longer: Project, whole: dict[str, bytes], tmp_path: Path
) -> None:
    project = longer.clone(tmp_path / "project")
    kept = project.root / ".ccsi/checkpoints/data/models/t1"
    repro = dvc_repro(project, "train@t1")
    wait_for(lambda: any(kept.glob("*.safetensors")), process=repro)
    stage = holder(project, "train@t1")
    os.kill(stage, signal.SIGSTOP)  # as slow as can be, so that the twin meets it
    repro.kill()
    repro.wait()
    assert running(stage)
    twin = project.dvc("repro", "train@t1", check=False)
    assert twin.returncode != 0
    assert f"train@t1 is already running as process {stage}; wait for it" in twin.stderr
    os.kill(stage, signal.SIGKILL)
    project.repro("synthesize@t1")
    assert made(project) == whole


def test_a_damaged_artefact_is_noticed_and_made_again(
    longer: Project, whole: dict[str, bytes], tmp_path: Path
) -> None:
    project = longer.clone(tmp_path / "project")
    project.repro("synthesize@t1")
    model = project.root / "data/models/t1/model.safetensors"
    content = model.read_bytes()
    model.unlink()  # never in place: the cache may be a link to it
    model.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert "data/models/t1" in project.dvc("status").stdout
    project.dvc("repro", "synthesize@t1")
    assert made(project) == whole
