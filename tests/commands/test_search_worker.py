"""A worker lives as long as its process, whatever else has its number."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ccsi.commands.search_worker import SILENCE, Worker
from tests.config.projects import REPOSITORY

HOLD = """
import sys, time
from pathlib import Path
from ccsi.commands.search_worker import Worker
with Worker(Path(sys.argv[1])) as worker:
    print(worker.name, flush=True)
    time.sleep(60)
"""


def hold(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Another process that is a worker, and its name."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    env = os.environ | {"PYTHONPATH": str(REPOSITORY / "src")}
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        return process, process.stdout.readline().strip()


def test_a_worker_is_dead_when_its_process_was_killed_and_not_before(tmp_path: Path) -> None:
    process, name = hold(tmp_path)
    with Worker(tmp_path) as worker:
        assert not worker.is_dead(name)
        process.kill()
        process.wait()
        assert worker.is_dead(name)
        worker.workplace("lr").with_name(f"lr.{name}").mkdir()
        worker.bury(name, "lr")
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_ended_is_dead_and_leaves_nothing(tmp_path: Path) -> None:
    with Worker(tmp_path) as worker, Worker(tmp_path) as other:
        assert not worker.is_dead(other.name)
        assert not worker.is_dead(worker.name)
    with Worker(tmp_path) as worker:
        assert worker.is_dead(other.name)
    assert list(tmp_path.iterdir()) == []


def test_on_another_machine_a_worker_is_dead_after_a_long_silence_alone(tmp_path: Path) -> None:
    """Its lock may not be seen from here."""
    file = tmp_path / "elsewhere.example.org.7.abcdef00.worker"
    file.touch()
    with Worker(tmp_path) as worker:
        name = file.stem
        assert not worker.is_dead(name)
        now = file.stat().st_mtime
        os.utime(file, (now, now - SILENCE - 5))
        assert worker.is_dead(name)
