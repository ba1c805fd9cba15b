"""What a stage read when it ran once more under `recorder.py`, and what of it is data."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Set
from pathlib import Path

from tests.pipeline.project import ROOT, Project, Resolved
from tests.pipeline.scripts import script_of

RECORDER = str(ROOT / "tests/pipeline/recorder.py")
# An editable install leaves its record in src/; torch looks there for entry points of its own.
FRAME = (".ccsi/", "params.yaml", "src/ccsi.egg-info/")
Record = Mapping[str, list[str]]


def record_of(project: Project, address: str, stage: Resolved, *, out: Path) -> Record:
    """The record of one more run of a stage of a finished project, written to the file `out`."""
    script, task = script_of(stage.command)
    arguments = [task] if task else []
    project.run(sys.executable, RECORDER, str(out), script, *arguments)
    record: Record = json.loads(out.read_text())
    return record


def data_files(record: Record) -> set[str]:
    """What was opened that is neither code nor parameters nor the frame's or the installation's."""
    return {
        path for path in record["opened"] if not path.endswith(".py") and not path.startswith(FRAME)
    }


def covered(path: str, deps: Set[str]) -> bool:
    """Whether a file is, or lies below, one of the dependencies."""
    return any(Path(path).is_relative_to(dep) for dep in deps)
