"""The frame of a stage script: it declares what it reads and writes, and gets only that."""

from __future__ import annotations

import os
import string
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from ccsi.frame.declared import PARAMS_FILE, Declared
from ccsi.frame.errors import OF_THE_SYSTEM, ArtifactError, CcsiError, ParameterError, told
from ccsi.frame.locking import exclusive_lock
from ccsi.frame.outputs import Outputs
from ccsi.frame.progress import Progress, Silent, progress_bar
from ccsi.frame.section import Section
from ccsi.frame.snapshot import CodeSnapshot
from ccsi.frame.times import log_seconds

SectionT = TypeVar("SectionT", bound=Section)

SCRATCH = Path(".ccsi")


@dataclass(frozen=True)
class Stage:
    """What one stage declares; the same names stand in dvc.yaml.

    `parameters` and `outs` may hold {task}, and the names of fields of the stage's item: the
    record params.yaml lays out for this task under `item` (for instance "increments").
    """

    parameters: tuple[str, ...]
    outs: tuple[str, ...]
    item: str | None = None
    always_reads: ClassVar[tuple[str, ...]] = ()

    def main(self, run: Callable[[StageRun], None]) -> None:
        """Run the script: `python stages/<name>.py [task]`. A CcsiError, or a fault of the
        file system, becomes one line.
        """
        script = Path(sys.argv[0]).resolve()
        os.chdir(script.parents[1])
        sys.argv[0] = str(script)  # what starts further processes runs it from here
        task = sys.argv[1] if len(sys.argv) > 1 else ""
        address = f"{script.stem}@{task}" if task else script.stem
        try:
            self.execute(run, name=script.stem, task=task)
        except CcsiError as error:
            print(f"{address}: {error}", file=sys.stderr)
            sys.exit(1)
        except OSError as error:
            if error.errno not in OF_THE_SYSTEM:
                raise
            print(f"{address}: {told(error)}", file=sys.stderr)
            sys.exit(1)
        except KeyboardInterrupt:
            print(f"{address}: interrupted; nothing of it was kept", file=sys.stderr)
            sys.exit(130)

    def execute(self, run: Callable[[StageRun], None], *, name: str, task: str) -> None:
        """Run under a lock in the current folder; publish the outs only if nothing changed.

        A process that the first one started to share the work writes where nobody looks.
        """
        if follower():
            self._follow(run, name=name, task=task)
            return
        address = f"{name}@{task}" if task else name
        with exclusive_lock(SCRATCH / "locks" / address, name=address):
            start = time.monotonic()
            job = self.begin(task=task, staging=SCRATCH / "staging" / address)
            snapshot = CodeSnapshot(Path.cwd())
            job.outputs.prepare()
            try:
                self.work(run, job)
                _check_unchanged(job, snapshot)
                job.outputs.publish()
                for finish in job.after_publishing:
                    finish()
            finally:
                job.outputs.clear()
            values = {key: job.value(key) for key in job.parameters.keys}
            log_seconds(values, stage=name, task=task, seconds=time.monotonic() - start)

    def _follow(self, run: Callable[[StageRun], None], *, name: str, task: str) -> None:
        folder = SCRATCH / "staging" / f"{name}.{task}.process{follower()}"
        job = self.begin(task=task, staging=folder)
        job.outputs.prepare()
        try:
            self.work(run, job)
        finally:
            job.outputs.clear()

    def begin(self, *, task: str, staging: Path) -> StageRun:
        """Resolve names and read the declared parameters."""
        if not task and any("{task}" in name for name in (*self.parameters, *self.outs)):
            raise ParameterError("which task? name it after the script, for instance t1")
        fields = {"task": task}
        keys: list[str] = []
        if self.item is not None:
            keys.append(f"{self.item}.{task}")
            record = Declared(keys, PARAMS_FILE).value(keys[0])
            if not isinstance(record, Mapping):
                raise ParameterError(f"{PARAMS_FILE}: {keys[0]} must be a mapping")
            fields |= {key: value for key, value in record.items() if isinstance(value, str)}
        keys += [_fill(key, fields) for key in (*self.parameters, *self.always_reads)]
        outs = [_fill(out, fields) for out in self.outs]
        declared = Declared(keys, PARAMS_FILE)
        return StageRun(task, self.item, fields, declared, Outputs(outs, staging))

    def work(self, run: Callable[[StageRun], None], job: StageRun) -> None:
        """What lies between preparing the outs and publishing them."""
        run(job)


@dataclass(frozen=True)
class StageRun:
    """One run of a stage: its task, its parameters and where its outs are written."""

    task: str
    item_name: str | None
    fields: Mapping[str, str]
    parameters: Declared
    outputs: Outputs
    after_publishing: list[Callable[[], None]] = field(default_factory=list)

    @property
    def item(self) -> Mapping[str, Any]:
        """The record params.yaml lays out for this stage and task."""
        record: Mapping[str, Any] = self.value(f"{self.item_name}.{self.task}")
        return record

    def value(self, key: str) -> Any:
        """One declared value; `key` may hold the placeholders of Stage.parameters."""
        return self.parameters.value(_fill(key, self.fields))

    def section(self, kind: type[SectionT], key: str, *, override: str | None = None) -> SectionT:
        """A validated section of params.yaml, with the task's own values over the defaults.

        Raises ParameterError naming the key and, where one is near, the name meant.
        """
        own = None if override is None else _fill(override, self.fields)
        return self.parameters.section(kind, _fill(key, self.fields), override=own)

    def out(self, name: str) -> Path:
        """The temporary path of a declared out; it takes its final name if the stage succeeds."""
        return self.outputs.path(_fill(name, self.fields))

    def progress(
        self, total: int, *, unit: str, description: str
    ) -> AbstractContextManager[Progress]:
        """A bar on a terminal, plain lines elsewhere; the first process tells for all."""
        if follower():
            return nullcontext(Silent())
        return progress_bar(total, unit=unit, description=description)


def follower() -> int:
    """The rank of a process that another one started, as launchers name it; 0 in the first."""
    return int(os.environ.get("RANK") or os.environ.get("LOCAL_RANK") or 0)


def _fill(template: str, fields: Mapping[str, str]) -> str:
    return string.Formatter().vformat(template, (), fields)


def _check_unchanged(job: StageRun, snapshot: CodeSnapshot) -> None:
    changed = [*snapshot.changed(), *(f"{PARAMS_FILE}:{key}" for key in job.parameters.changed())]
    if changed:
        raise ArtifactError(
            f"edited during the run: {', '.join(changed)}; the results belong to neither version "
            "and were dropped: run `dvc repro` again"
        )
