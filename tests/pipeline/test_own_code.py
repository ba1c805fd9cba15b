"""A stage runs the code of its own project, whatever is installed.

`dvc exp run --temp` and queued experiments run in a copy of the project, while an editable
installation points at the original.
"""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.pipeline.project import ROOT, Project

STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
PER_TASK = sorted(name for name, stage in STAGES.items() if "foreach" in stage)


@pytest.mark.parametrize("name", PER_TASK)
def test_the_projects_own_src_comes_first(composed: Project, tmp_path: Path, name: str) -> None:
    installed = tmp_path / "ccsi"
    installed.mkdir()
    (installed / "__init__.py").write_text("raise RuntimeError('the installed copy')")
    done = subprocess.run(
        [sys.executable, str(composed.root / "stages" / f"{name}.py"), "t99"],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"{name}@t99: params.yaml: ")
    assert "t99" in done.stderr.partition(":")[2]
    assert len(done.stderr.splitlines()) == 1
