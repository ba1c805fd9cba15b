"""DVC's experiment queue: put runs in, work them off, see where they stand."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dvc.repo import Repo

from ccsi.commands.experiments import read_yaml
from ccsi.frame.errors import ArtifactError

TRIES = 5


@dataclass(frozen=True)
class Task:
    """One entry of the queue; commit: what was queued."""

    name: str
    status: str
    commit: str

    def params(self, repo: Repo) -> dict[str, Any]:
        """params.yaml as it was queued."""
        with repo.scm.get_fs(self.commit).open("params.yaml", mode="r") as stream:
            return read_yaml(stream.read(), "params.yaml")


def tasks(repo: Repo) -> list[Task]:
    """Everything in the queue: Queued, Running, Failed or Success."""
    for left in reversed(range(TRIES)):
        try:
            found = repo.experiments.celery_queue.status()
            return [Task(str(e["name"]), str(e["status"]), str(e["rev"])) for e in found]
        except FileNotFoundError:  # a worker moved an entry while it was being read
            if not left:
                raise
            time.sleep(0.2)
    raise AssertionError


def has_worker(repo: Repo) -> bool:
    """Whether a process works the queue off."""
    return bool(repo.experiments.celery_queue.worker_status())


def enqueue(name: str, overrides: Sequence[str]) -> None:
    """`dvc exp run --queue -n NAME -S ...`. Raises ArtifactError with what DVC said."""
    chosen = [word for override in overrides for word in ("-S", override)]
    dvc("exp", "run", "--queue", "--name", name, *chosen)


def start(jobs: int) -> None:
    """`dvc queue start --jobs J`; workers that run already go on."""
    dvc("queue", "start", "--jobs", str(jobs))


def remove(name: str) -> None:
    """Take a failed or waiting run out of the queue."""
    dvc("queue", "remove", name)


def kill(name: str) -> None:
    """End a run that no worker looks after any more."""
    dvc("queue", "kill", "--force", name)


def last_words(name: str) -> str:
    """The last line a run wrote that says something."""
    done = _dvc("queue", "logs", name)
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("ERROR: failed to reproduce", "> "))]
    return (told or lines or ["it wrote nothing"])[-1]


def dvc(*arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Run DVC with this interpreter; its output. Raises ArtifactError where it fails."""
    done = _dvc(*arguments, cwd=cwd, env=env)
    if done.returncode:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        told = [line for line in lines if line.startswith("ERROR")] or lines[-1:] or ["no reason"]
        raise ArtifactError(f"dvc {' '.join(arguments[:2])}: {told[0].removeprefix('ERROR: ')}")
    return done.stdout


def _dvc(
    *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Through files, not pipes: a worker that DVC leaves behind would keep a pipe open."""
    command = [sys.executable, "-m", "dvc", *arguments]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**dvc_environment(), **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            check=False,
        )
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, out.read(), err.read())


def dvc_environment() -> dict[str, str]:
    """The environment with this interpreter's programs first: workers call `dvc` and `python`."""
    programs = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", os.defpath)
    return {**os.environ, "PATH": f"{programs}{os.pathsep}{path}"}
