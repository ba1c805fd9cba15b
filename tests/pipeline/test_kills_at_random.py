"""kill -9 of learning stages and of DVC at random moments: the same bytes in the end.

The seed is new each time and told where the test fails; CCSI_KILL_SEED=<seed> draws the same
victims and delays again.
"""

from __future__ import annotations

import csv
import os
import random
import secrets
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.pipeline.killing import LIMIT, held, holder, start, wait_until
from tests.pipeline.project import Project, stages_run, tree

pytestmark = pytest.mark.slow

MADE = ("means", "models", "impressions", "members", "statistics")
LENGTHS = ("train.epochs=8", "update.epochs=4", "synthesis.iterations=30")
SMALL = ("statistics.projections=40", "statistics.dictionary.atoms=8", "statistics.members=2")
LEARNING = {
    "ccsi": ("train@t1", "synthesize@t1", "update@t2"),
    "analytic-ensemble": ("member@m2", "gather@t1", "gather@t2"),
}
VICTIMS = ("stage", "dvc", "both")


@pytest.fixture(scope="module")
def prepared(composed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The images of two tasks, nothing learned."""
    project = composed.clone(tmp_path_factory.mktemp("prepared") / "project")
    project.config(*LENGTHS)
    project.repro("means@t2")
    project.commit()
    return project


@pytest.fixture(scope="module")
def undisturbed(prepared: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Project]:
    """By method: the project once it has learned two tasks in peace, the ensemble after ccsi."""
    done: dict[str, Project] = {}
    before = prepared
    for method, stages in LEARNING.items():
        done[method] = begun(before, method, tmp_path_factory.mktemp("undisturbed") / "project")
        done[method].repro(stages[-1])
        before = done[method]
    return done


def begun(before: Project, method: str, root: Path) -> Project:
    """A copy of a project, to go on with this method; committed."""
    project = before.clone(root)
    project.config(f"method={method}", *(SMALL if method != "ccsi" else ()))
    project.commit()
    return project


@pytest.mark.parametrize("method", LEARNING)
def test_the_same_bytes_after_kills_at_random_moments(
    prepared: Project, undisturbed: dict[str, Project], tmp_path: Path, method: str
) -> None:
    seed = int(os.environ.get("CCSI_KILL_SEED", secrets.randbits(32)))
    rng = random.Random(seed)
    print(f"CCSI_KILL_SEED={seed}", flush=True)
    seconds = how_long(undisturbed[method])
    before = prepared if method == "ccsi" else undisturbed["ccsi"]
    project = begun(before, method, tmp_path / "project")
    victims = rng.sample(VICTIMS, k=len(VICTIMS))
    landed = 0
    for address, victim in zip(LEARNING[method], victims, strict=True):
        for chosen in (victim, rng.choice(VICTIMS)):
            delay = rng.uniform(0, seconds[address])
            landed += kill(project, address, chosen, delay, log=tmp_path / "stderr")
    assert landed > 0, "every stage was over before it could be killed"
    finish(project, LEARNING[method][-1])
    assert made(project) == made(undisturbed[method])
    left = [project.root / ".ccsi/checkpoints", project.root / ".ccsi/staging"]
    assert [path for folder in left for path in folder.rglob("*") if path.is_file()] == []


def test_a_half_written_dvc_lock_loses_no_work(
    undisturbed: dict[str, Project], tmp_path: Path
) -> None:
    """DVC writes dvc.lock in place, so that a kill in that moment cuts it anywhere."""
    project = undisturbed["ccsi"].clone(tmp_path / "project")
    lock = project.root / "dvc.lock"
    whole = lock.read_text()
    lock.write_text(whole[: whole.index("md5:", len(whole) // 2) + 2])
    refused = project.dvc("repro", "update@t2", check=False)
    assert refused.returncode != 0
    assert "dvc.lock" in refused.stderr
    project.run("git", "checkout", "dvc.lock")
    ran = stages_run(project.dvc("repro", "update@t2").stdout)
    assert not set(ran) & set(LEARNING["ccsi"])
    assert made(project) == made(undisturbed["ccsi"])


def kill(project: Project, address: str, victim: str, delay: float, *, log: Path) -> bool:
    """Run a stage, and kill it, DVC or both `delay` seconds after its start; whether that hit."""
    before = holder(project, address)
    repro = start(project, sys.executable, "-m", "dvc", "repro", address, checkpoint_s=0, log=log)
    wait_until(lambda: holder(project, address) != before or repro.poll() is not None)
    if repro.poll() is None:
        time.sleep(delay)
    elif repro.returncode:
        assert mended(project, log.read_text())
    hit = False
    if victim != "stage" and repro.poll() is None:
        repro.kill()
        hit = True
    if victim != "dvc" and held(project, address):
        os.kill(holder(project, address), signal.SIGKILL)
        hit = True
    repro.wait(LIMIT)
    print(f"{address}: {victim} after {delay:.2f} s: {'killed' if hit else 'too late'}", flush=True)
    if held(project, address):  # DVC is gone, the stage works on
        twin = project.dvc("repro", address, check=False)
        told = f"{address} is already running as process"
        assert twin.returncode == 0 or told in twin.stderr or mended(project, twin.stderr)
        wait_until(lambda: not held(project, address))
    return hit


def finish(project: Project, address: str) -> None:
    """The next `dvc repro`, by itself or after what docs/deploy.md says to do first."""
    done = project.dvc("repro", address, check=False)
    if done.returncode:
        assert mended(project, done.stderr), done.stderr
        project.repro(address)


def mended(project: Project, stderr: str) -> bool:
    """Whether DVC stopped at a dvc.lock that was cut while it wrote; then git's is taken."""
    if "dvc.lock" not in stderr:
        return False
    project.run("git", "checkout", "dvc.lock")
    return True


def made(project: Project) -> dict[str, bytes]:
    return {
        f"{place}/{name}": content
        for place in MADE
        for name, content in tree(project.root / "data" / place)
    }


def how_long(project: Project) -> dict[str, float]:
    """Seconds of each stage, as it logged them."""
    with (project.root / ".ccsi/times.csv").open(newline="") as stream:
        return {
            f"{row['stage']}@{row['task']}": float(row["seconds"]) for row in csv.DictReader(stream)
        }
