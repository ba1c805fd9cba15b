"""DVC's experiment queue: put runs in, work them off, see where they stand."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dvc.repo import Repo

from ccsi.commands.experiments import read_yaml
from ccsi.frame.errors import ArtifactError

TRIES = 5
SECONDS_UNASKED = 300.0
"""After so long DVC is asked though no file has changed."""
BETWEEN_WORKERS = ".pidbox.msg"


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
    folder = Path(repo.experiments.celery_queue.wdir)
    for left in reversed(range(TRIES)):
        before = traces(folder)
        try:
            found = repo.experiments.celery_queue.status()
            # DVC lists what runs, then what waits: what a worker takes in between is in neither.
            if traces(folder) == before or not left:
                return [Task(str(e["name"]), str(e["status"]), str(e["rev"])) for e in found]
        except FileNotFoundError:  # a worker moved an entry while it was being read
            if not left:
                raise
        time.sleep(0.2)
    raise AssertionError


def watched(repo: Repo) -> Callable[[], list[Task]]:
    """`tasks`, to be called often: DVC is asked only where files of its queue have changed.

    Asking takes DVC half a second of CPU and more, as it reads every message ever sent; a look at
    the names of the files takes a thousandth of that.
    """
    folder = Path(repo.experiments.celery_queue.wdir)
    seen: object = None
    found: list[Task] = []
    asked = 0.0

    def look() -> list[Task]:
        nonlocal seen, found, asked
        now = traces(folder)
        if now != seen or time.monotonic() - asked > SECONDS_UNASKED:
            found, seen, asked = tasks(repo), now, time.monotonic()
        return found

    return look


def traces(folder: Path) -> frozenset[str]:
    """The files that a run leaves in this folder of the queue: waiting, taken, ended.

    Messages between the workers themselves, some every ten seconds, are left out.
    """
    found = set()
    for place in ("broker/in", "broker/processed", "result"):
        with contextlib.suppress(FileNotFoundError), os.scandir(folder / place) as entries:
            found |= {f"{place}/{e.name}" for e in entries if not e.name.endswith(BETWEEN_WORKERS)}
    return frozenset(found)


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
