"""The frame of a stage: clean outputs, one process, one line per error, no edits meanwhile."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from ccsi.frame.errors import ArtifactError, ParameterError
from ccsi.frame.locking import exclusive_lock
from ccsi.frame.stage import Stage, StageRun

SOURCE = Path(__file__).resolve().parents[2] / "src"
PARAMS = {
    "seed": 1,
    "trainer": {"threads": 1},
    "increments": {"t2": {"prev": "t1", "model": "data/models/t1"}},
    "tasks": {"t1": {"loss": {"ce": 2.0}}},
}
STAGE = Stage(
    parameters=("seed", "tasks.{prev}.loss"), item="increments", outs=("data/models/{task}",)
)
SCRIPT = """
import sys
from ccsi.frame.errors import DataError
from ccsi.frame.stage import Stage, StageRun
from pathlib import Path

def run(job: StageRun) -> None:
    {body}

Stage(parameters=("seed",), outs=("out.txt",)).main(run)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(PARAMS))
    (tmp_path / "stages").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_model(job: StageRun, text: str = "model") -> None:
    folder = job.out("data/models/{task}")
    folder.mkdir()
    (folder / "model").write_text(text)


def execute(run: Callable[[StageRun], None]) -> None:
    STAGE.execute(run, name="update", task="t2")


def script(project: Path, body: str) -> subprocess.CompletedProcess[str]:
    path = project / "stages" / "probe.py"
    path.write_text(SCRIPT.format(body=body))
    return subprocess.run(
        [sys.executable, str(path)],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_names_come_from_the_task_and_from_its_item(project: Path) -> None:
    seen: dict[str, object] = {}

    def run(job: StageRun) -> None:
        seen.update(model=job.item["model"], loss=job.value("tasks.{prev}.loss"), task=job.task)
        write_model(job)

    execute(run)
    assert seen == {"model": "data/models/t1", "loss": {"ce": 2.0}, "task": "t2"}
    assert (project / "data/models/t2/model").read_text() == "model"


def test_an_unknown_task_is_refused(project: Path) -> None:
    with pytest.raises(ParameterError, match=r"increments\.t9 is missing; increments holds t2;"):
        STAGE.execute(write_model, name="update", task="t9")


def test_a_task_has_to_be_named(project: Path) -> None:
    with pytest.raises(ParameterError, match="which task"):
        STAGE.execute(write_model, name="update", task="")


def test_a_failed_stage_leaves_nothing(project: Path) -> None:
    def run(job: StageRun) -> None:
        write_model(job)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        execute(run)
    assert not (project / "data").exists()
    assert list((project / ".ccsi/staging").iterdir()) == []


def test_an_out_is_replaced_whole(project: Path) -> None:
    old = project / "data/models/t2"
    old.mkdir(parents=True)
    (old / "leftover").touch()
    execute(lambda job: write_model(job, "new"))
    assert [path.name for path in old.iterdir()] == ["model"]
    assert (old / "model").read_text() == "new"


def test_what_a_killed_run_left_is_dropped(project: Path) -> None:
    leftover = project / ".ccsi/staging/update@t2/data/models/t2"
    leftover.mkdir(parents=True)
    (leftover / "half").touch()
    execute(write_model)
    assert [path.name for path in (project / "data/models/t2").iterdir()] == ["model"]


def test_a_stage_that_writes_nothing_fails(project: Path) -> None:
    with pytest.raises(ArtifactError, match="without writing data/models/t2"):
        execute(lambda job: None)


def test_a_twin_is_refused_and_told_who_is_there(project: Path) -> None:
    import os

    lock = project / ".ccsi/locks/update@t2"
    with (
        exclusive_lock(lock, name="update@t2"),
        pytest.raises(ArtifactError, match=f"already running as process {os.getpid()};"),
    ):
        execute(write_model)
    execute(write_model)


def test_parameters_edited_during_the_run_fail_it(project: Path) -> None:
    def run(job: StageRun) -> None:
        write_model(job)
        (project / "params.yaml").write_text(yaml.safe_dump(PARAMS | {"seed": 2}))

    with pytest.raises(ArtifactError, match=r"edited during the run: params.yaml:seed; .*again"):
        execute(run)
    assert not (project / "data/models/t2").exists()


def test_undeclared_parameters_may_change_meanwhile(project: Path) -> None:
    def run(job: StageRun) -> None:
        write_model(job)
        (project / "params.yaml").write_text(yaml.safe_dump(PARAMS | {"trainer": {"threads": 2}}))

    execute(run)
    assert (project / "data/models/t2").exists()


def test_code_edited_during_the_run_fails_it(project: Path) -> None:
    (project / "src").mkdir()
    (project / "src/used.py").write_text("VALUE = 1\n")
    (project / "src/unused.py").write_text("VALUE = 1\n")
    edit = "sys.path.insert(0, 'src'); import used; Path('src/{name}.py').write_text('VALUE = 2');"
    finish = "job.out('out.txt').touch()"

    done = script(project, edit.format(name="unused") + finish)
    assert (done.returncode, (project / "out.txt").exists()) == (0, True), done.stderr
    (project / "out.txt").unlink()

    done = script(project, edit.format(name="used") + finish)
    assert done.returncode == 1
    assert "edited during the run: src/used.py" in done.stderr
    assert not (project / "out.txt").exists()


def test_the_running_script_counts_as_code(project: Path) -> None:
    edit = "Path('stages/probe.py').write_text('');"
    done = script(project, edit + "job.out('out.txt').touch()")
    assert "edited during the run: stages/probe.py" in done.stderr


def test_a_fault_of_the_user_is_one_line(project: Path) -> None:
    done = script(project, "raise DataError('a.npz: no images\\nput some there')")
    assert done.returncode == 1
    assert done.stderr == "probe: a.npz: no images put some there\n"


def test_an_interruption_is_one_line(project: Path) -> None:
    done = script(project, "raise KeyboardInterrupt")
    assert done.returncode == 130
    assert done.stderr == "probe: interrupted; nothing of it was kept\n"


def test_a_fault_of_the_code_keeps_its_traceback(project: Path) -> None:
    done = script(project, "job.value('trainer')")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "UndeclaredParameterError" in done.stderr


def test_the_frame_imports_no_heavy_library(project: Path) -> None:
    heavy = "{'torch', 'torchvision', 'medmnist', 'dvc', 'pandas', 'sklearn'}"
    done = script(project, f"print(sorted({heavy} & set(sys.modules))); job.out('out.txt').touch()")
    assert done.stdout == "[]\n", done.stderr
