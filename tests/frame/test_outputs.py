"""Outs appear together or not at all, whatever the disk does."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from ccsi.frame.errors import ArtifactError
from ccsi.frame.outputs import Outputs

OUTS = ("data/tasks/t1", "data/test/t1", "table.csv")
SOURCE = Path(__file__).resolve().parents[2] / "src"
SCRIPT = """
import numpy as np, resource, sys
from ccsi.frame.artifacts import save_array
from ccsi.frame.stage import Stage, StageRun
def run(job: StageRun) -> None:
    {body}
Stage(parameters=("seed",), outs=("out.npy",)).main(run)
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(content: str) -> Outputs:
    outputs = Outputs(OUTS, Path(".ccsi/staging/prepare@t1"))
    outputs.prepare()
    for out in OUTS:
        if out.endswith(".csv"):
            outputs.path(out).write_text(content)
        else:
            outputs.path(out).mkdir()
            (outputs.path(out) / "file").write_text(content)
    return outputs


def found() -> dict[str, str]:
    files = (path for path in Path().rglob("*") if path.is_file() and ".ccsi" not in path.parts)
    return {path.as_posix(): path.read_text() for path in files}


OLD = {"data/tasks/t1/file": "old", "data/test/t1/file": "old", "table.csv": "old"}


def failing(monkeypatch: pytest.MonkeyPatch, place: str, code: int) -> None:
    """The move of a new out to that place fails, once."""
    rename, left = Path.rename, [1]

    def refused(self: Path, target: Path) -> Path:
        if ".ccsi" in self.parts and str(target).endswith(place) and left:
            left.pop()
            raise OSError(code, "refused", str(target))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)


@pytest.mark.parametrize("place", OUTS)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_where_one_cannot_be_moved_all_stay_as_they_were(
    monkeypatch: pytest.MonkeyPatch, place: str, code: int
) -> None:
    written("old").publish()
    outputs = written("new")
    failing(monkeypatch, place, code)
    with pytest.raises(ArtifactError, match=f"cannot write {place}"):
        outputs.publish()
    assert found() == OLD


@pytest.mark.parametrize("place", OUTS)
def test_where_there_was_nothing_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    outputs = written("new")
    failing(monkeypatch, place, errno.ENOSPC)
    with pytest.raises(ArtifactError):
        outputs.publish()
    assert found() == {}


def test_another_file_system_is_written_under_a_temporary_name_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written("old").publish()
    rename = Path.rename

    def across(self: Path, target: Path) -> Path:
        if (".ccsi" in self.parts) != (".ccsi" in Path(target).parts):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", across)
    written("new").publish()
    assert set(found().values()) == {"new"}
    assert set(found()) == set(OLD)


def stage(body: str) -> subprocess.CompletedProcess[str]:
    Path("stages").mkdir(exist_ok=True)
    Path("params.yaml").write_text("seed: 1\n")
    Path("stages/probe.py").write_text(SCRIPT.format(body=body))
    return subprocess.run(
        [sys.executable, "stages/probe.py"],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_disk_that_fills_up_gives_one_line_and_leaves_the_former_out() -> None:
    """A limit on the size of files stands for the full disk: the kernel refuses the write."""
    Path("out.npy").write_bytes(b"former")
    done = stage(
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "    save_array(job.out('out.npy'), np.zeros(100_000))"
    )
    assert done.returncode == 1
    assert done.stderr.startswith("probe: cannot write .ccsi/staging/probe/out.npy: ")
    assert done.stderr.count("\n") == 1
    assert Path("out.npy").read_bytes() == b"former"
    assert not list(Path(".ccsi/staging").iterdir())


def test_a_read_only_folder_gives_one_line_and_leaves_the_former_out() -> None:
    """For root, who may write everywhere, as another user."""
    Path("out.npy").write_bytes(b"former")
    done = stage(
        "import os; os.chmod('.ccsi/staging/probe', 0o555)\n"
        "    if os.geteuid() == 0: os.setuid(65534)\n"
        "    save_array(job.out('out.npy'), np.zeros(10))"
    )
    Path(".ccsi/staging/probe").chmod(0o755)
    assert done.returncode == 1
    assert done.stderr == "probe: cannot write .ccsi/staging/probe/out.npy: Permission denied\n"
    assert Path("out.npy").read_bytes() == b"former"
    assert [path.name for path in Path().iterdir() if "npy" in path.name] == ["out.npy"]


def test_a_file_that_vanishes_gives_one_line() -> None:
    Path("out.npy").write_bytes(b"former")
    done = stage("open('gone.png', 'rb')")
    assert done.returncode == 1
    assert done.stderr == "probe: gone.png: No such file or directory\n"
    assert Path("out.npy").read_bytes() == b"former"


def test_a_fault_of_the_code_keeps_its_traceback() -> None:
    done = stage("raise OSError('no errno: not of the file system')")
    assert "Traceback" in done.stderr
