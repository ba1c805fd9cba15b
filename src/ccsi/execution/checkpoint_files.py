"""Checkpoints of a learning stage: files outside the outs, so that a killed stage goes on.

`.ccsi/checkpoints/<out>/<key>.safetensors` holds the latest state. The key is a digest of the
parameters, the input files, the code, the libraries and the processor: a state of anything else is
never taken up. It is written atomically while the stage runs and deleted when its outs are in
place.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from ccsi.computing.machine import describe_machine
from ccsi.computing.runtime import RUNTIME_LOCK
from ccsi.execution.checkpoint import State
from ccsi.frame.artifacts import write_bytes
from ccsi.frame.errors import ArtifactError, ParameterError
from ccsi.frame.snapshot import digest, loaded_code
from ccsi.frame.stage import SCRATCH, StageRun

FOLDER = SCRATCH / "checkpoints"
SECONDS_KEY = "CCSI_CHECKPOINT_SECONDS"  # of the machine: it changes no result
SECONDS = 30.0
MOST_OF_THE_TIME = 0.01
RECORD = "ccsi"


class FileCheckpoints:
    """The latest state, in one file. Writing takes at most 1 % of the time."""

    def __init__(self, file: Path, *, seconds: float = SECONDS) -> None:
        self._file = file
        self._seconds = self._wait = seconds
        self._last = time.monotonic()
        self._warned = False

    def load(self) -> State | None:
        """What a killed run left. A damaged file is named, and the stage starts anew."""
        if not self._file.is_file():
            return None
        try:
            with safe_open(self._file, framework="pt") as stream:
                record = json.loads((stream.metadata() or {})[RECORD])
                # Copies lie where PyTorch lays its own tensors: alignment decides some kernels.
                tensors = {name: stream.get_tensor(name).clone() for name in stream.keys()}  # noqa: SIM118
        except (OSError, SafetensorError, KeyError, ValueError) as error:
            print(f"{self._file}: damaged ({error}); starting anew", file=sys.stderr)
            return None
        print(f"going on from {self._file}", file=sys.stderr)
        return State(tensors, record)

    def offer(self, capture: Callable[[], State]) -> None:
        """Write the state where the last one is old enough. A full disk is told, and endured."""
        begin = time.monotonic()
        if begin - self._last < self._wait:
            return
        try:
            self._write(capture())
        except ArtifactError as error:
            if not self._warned:
                print(f"warning: no checkpoint: {error}", file=sys.stderr)
            self._warned = True
        self._last = time.monotonic()
        cost = (self._last - begin) / MOST_OF_THE_TIME
        self._wait = max(self._seconds, cost) if self._seconds else 0.0

    def clear(self) -> None:
        """Remove the state: the outs are in place."""
        shutil.rmtree(self._file.parent, ignore_errors=True)

    def _write(self, state: State) -> None:
        tensors = {
            name: value.detach().clone(memory_format=torch.contiguous_format)
            for name, value in state.tensors.items()
        }
        write_bytes(self._file, save(tensors, {RECORD: json.dumps(state.record)}))


def open_checkpoints(job: StageRun, *inputs: str) -> FileCheckpoints:
    """The checkpoints of this run of a stage; those of other inputs, code or values are removed.

    inputs: fields of the stage's item that name the files and folders it reads. To be called when
    the stage has imported all its code.
    """
    folder = FOLDER / job.outputs.names[0]
    file = folder / f"{_key(job, [Path(job.item[name]) for name in inputs])}.safetensors"
    for stale in folder.iterdir() if folder.is_dir() else ():
        if stale != file:
            stale.unlink(missing_ok=True)
    checkpoints = FileCheckpoints(file, seconds=_seconds())
    job.after_publishing.append(checkpoints.clear)
    return checkpoints


def _key(job: StageRun, inputs: Sequence[Path]) -> str:
    root = Path.cwd()
    machine = describe_machine(torch.backends.cpu.get_cpu_capability())
    parts = [job.parameters.as_text(), digest(RUNTIME_LOCK), json.dumps(machine, sort_keys=True)]
    parts += [f"{file.relative_to(root)} {digest(file)}" for file in loaded_code(root)]
    parts += [f"{file} {digest(file)}" for path in inputs for file in _files(path)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _files(path: Path) -> Iterator[Path]:
    yield from (
        sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    )


def _seconds() -> float:
    text = os.environ.get(SECONDS_KEY, str(SECONDS))
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not seconds >= 0:
        raise ParameterError(f"{SECONDS_KEY}={text}: seconds between two checkpoints, at least 0")
    return seconds
