"""A stage that computes with PyTorch ends at once when it computed alone, and only then."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ccsi.computing import torch_stage
from ccsi.computing.machine import MACHINE_FILE
from ccsi.computing.torch_stage import TorchStage

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import atexit
from ccsi.computing.torch_stage import TorchStage
from ccsi.frame.errors import DataError
from ccsi.frame.stage import StageRun

def run(job: StageRun) -> None:
    atexit.register(print, "cleared up")
    job.out("made").mkdir()
    print("told", end="")
    {body}

TorchStage(parameters=(), outs=("made",)).main(run)
"""


def stage(project: Path, body: str) -> subprocess.CompletedProcess[str]:
    (project / "stages").mkdir()
    script = project / "stages" / "probe.py"
    script.write_text(SCRIPT.format(body=body))
    trainer = yaml.safe_load((ROOT / "params.yaml").read_text())["trainer"]
    (project / "params.yaml").write_text(yaml.safe_dump({"trainer": trainer | {"threads": 1}}))
    shutil.copy(ROOT / "runtime.lock", project)
    return subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": "", "PYTHONPATH": str(ROOT / "src")},
    )


def test_outs_and_words_are_out_before_it_leaves_without_clearing_up(tmp_path: Path) -> None:
    done = stage(tmp_path, "pass")
    assert (done.returncode, done.stdout, done.stderr) == (0, "told", "")
    assert (tmp_path / "made" / MACHINE_FILE).is_file()


def test_a_fault_ends_it_as_any_stage(tmp_path: Path) -> None:
    done = stage(tmp_path, "raise DataError('no image')")
    assert done.returncode == 1
    assert done.stderr == "probe: no image\n"
    assert not (tmp_path / "made").exists()


def test_a_process_that_others_wait_for_is_left_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[bool] = []
    monkeypatch.setattr(torch_stage, "leave_at_once", lambda: left.append(True))
    monkeypatch.setattr(TorchStage.__mro__[1], "main", lambda self, run: None)
    for shared in (True, False):
        monkeypatch.setattr(torch_stage, "distributed", lambda shared=shared: shared)
        TorchStage(parameters=(), outs=()).main(lambda job: None)
    assert left == [True]
