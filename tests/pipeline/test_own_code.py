"""A stage runs the code of its own project, whatever is installed.

`dvc exp run --temp` and queued experiments run in a copy of the project, while an editable
installation points at the original.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline.project import ROOT, Project

SCRIPTS = sorted(path.name for path in (ROOT / "stages").glob("*.py"))


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name != "summarize.py"])
def test_the_projects_own_src_comes_first(composed: Project, tmp_path: Path, name: str) -> None:
    installed = tmp_path / "ccsi"
    installed.mkdir()
    (installed / "__init__.py").write_text("raise RuntimeError('the installed copy')")
    done = subprocess.run(
        [sys.executable, str(composed.root / "stages" / name), "t99"],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"{Path(name).stem}@t99: params.yaml: ")
    assert "t99" in done.stderr.partition(":")[2]
    assert len(done.stderr.splitlines()) == 1
