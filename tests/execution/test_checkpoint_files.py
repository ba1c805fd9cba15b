"""Files of checkpoints: whose they are, when they are written, what damage does."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
import torch
import yaml

from ccsi.execution import checkpoint_files
from ccsi.execution.checkpoint import State
from ccsi.execution.checkpoint_files import FileCheckpoints, open_checkpoints
from ccsi.frame.errors import ParameterError
from ccsi.frame.stage import Stage, StageRun

STATE = State({"weights": torch.arange(6.0).reshape(2, 3)}, {"loss": 0.1 + 0.2, "epoch": 3})
STAGE = Stage(parameters=("seed",), item="increments", outs=("data/models/{task}",))


def kept(file: Path, seconds: float = 0) -> FileCheckpoints:
    return FileCheckpoints(file, seconds=seconds)


def test_a_state_comes_back_bit_by_bit(tmp_path: Path) -> None:
    file = tmp_path / "state.safetensors"
    transposed = STATE.tensors["weights"].T
    kept(file).offer(lambda: State({"weights": transposed}, STATE.record))
    back = kept(file).load()
    assert back is not None
    assert torch.equal(back.tensors["weights"], transposed)
    assert back.record == STATE.record


def test_nothing_is_captured_before_it_is_time(tmp_path: Path) -> None:
    file = tmp_path / "state.safetensors"
    kept(file, seconds=1000).offer(lambda: pytest.fail("captured"))
    assert kept(file).load() is None


def test_writing_takes_at_most_a_hundredth_of_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(checkpoint_files.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(
        FileCheckpoints, "_write", lambda self, state: clock.__setitem__(0, clock[0] + 2.0)
    )
    files, written = kept(tmp_path / "state.safetensors", seconds=30), []

    def capture() -> State:
        written.append(clock[0])
        return STATE

    while clock[0] < 1000:
        clock[0] += 1
        files.offer(capture)
    assert written[0] == 30
    assert written[1] - written[0] >= 200
    assert 2.0 * len(written) / clock[0] < 0.012


@pytest.mark.parametrize(
    "damage", [b"", b"\x00" * 100, b"\xff" * 8, b"\x02\x00\x00\x00\x00\x00\x00\x00{}"]
)
def test_a_damaged_file_is_named_and_the_stage_starts_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: bytes
) -> None:
    file = tmp_path / "state.safetensors"
    file.write_bytes(damage)
    assert kept(file).load() is None
    told = capsys.readouterr().err
    assert told.startswith(f"{file}: damaged (")
    assert told.count("\n") == 1


def test_a_full_disk_is_told_once_and_endured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(self: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    file = tmp_path / "state.safetensors"
    files = kept(file)
    files.offer(lambda: STATE)
    monkeypatch.setattr(Path, "write_bytes", full)
    files.offer(lambda: State({}, {}))
    files.offer(lambda: State({}, {}))
    told = capsys.readouterr().err
    assert told.count("warning: no checkpoint") == 1
    assert "No space left on device" in told
    monkeypatch.undo()
    back = kept(file).load()
    assert back is not None
    assert back.record == STATE.record
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    values = {"seed": 1, "other": 1, "increments": {"t2": {"data": "data/tasks/t2"}}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(values))
    (tmp_path / "runtime.lock").write_text("{}")
    (tmp_path / "data/tasks/t2").mkdir(parents=True)
    (tmp_path / "data/tasks/t2/images.npy").write_bytes(b"images")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_of(stage: Stage = STAGE) -> StageRun:
    return stage.begin(task="t2", staging=Path(".ccsi/staging/update@t2"))


def file_of(run: StageRun) -> list[str]:
    open_checkpoints(run, "data")._write(STATE)
    return sorted(path.name for path in Path(".ccsi/checkpoints/data/models/t2").iterdir())


def test_only_the_state_of_the_same_values_inputs_and_versions_is_taken_up(project: Path) -> None:
    first = file_of(run_of())
    assert file_of(run_of()) == first
    seen = [first]
    values = yaml.safe_load((project / "params.yaml").read_text())
    (project / "params.yaml").write_text(yaml.safe_dump({**values, "other": 2}))
    assert file_of(run_of()) == first  # not declared, so that it decides nothing
    (project / "params.yaml").write_text(yaml.safe_dump({**values, "seed": 2}))
    seen.append(file_of(run_of()))
    (project / "data/tasks/t2/images.npy").write_bytes(b"imagez")
    seen.append(file_of(run_of()))
    (project / "runtime.lock").write_text('{"x86_64": {}}')
    seen.append(file_of(run_of()))
    assert all(len(names) == 1 for names in seen)  # the stale ones are removed
    assert len({names[0] for names in seen}) == 4


def test_the_state_goes_when_the_outs_are_in_place_and_not_before(project: Path) -> None:
    folder = Path(".ccsi/checkpoints/data/models/t2")

    def fails(job: StageRun) -> None:
        open_checkpoints(job, "data")._write(STATE)
        raise ZeroDivisionError

    def succeeds(job: StageRun) -> None:
        assert open_checkpoints(job, "data").load() is not None
        job.out("data/models/{task}").mkdir()

    with pytest.raises(ZeroDivisionError):
        STAGE.execute(fails, name="update", task="t2")
    assert len(list(folder.iterdir())) == 1
    STAGE.execute(succeeds, name="update", task="t2")
    assert not folder.exists()


@pytest.mark.parametrize("value", ["-1", "soon", "nan"])
def test_a_senseless_interval_is_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("CCSI_CHECKPOINT_SECONDS", value)
    with pytest.raises(ParameterError, match=f"CCSI_CHECKPOINT_SECONDS={value}"):
        open_checkpoints(run_of(), "data")
