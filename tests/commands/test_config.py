"""`ccsi config`, from its arguments to its files."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from ccsi.cli import main
from ccsi.commands.config import run
from ccsi.config.digest import is_edited, read_params
from ccsi.frame.errors import CcsiError, ParameterError
from tests.config.projects import make_folders, make_project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh project with the real conf/; the current folder lies there."""
    root = make_project(tmp_path / "project")
    monkeypatch.chdir(root)
    return root


def config(*choices: str, show: bool = False, discard: bool = False) -> str:
    """Run the command; what it printed."""
    stream = io.StringIO()
    run(choices, show=show, discard=discard, console=Console(file=stream, width=200))
    return stream.getvalue()


def files(root: Path) -> dict[str, str]:
    """conf/ and params.yaml."""
    paths = [*(root / "conf").rglob("*.yaml"), *root.glob("params.yaml")]
    return {str(path): path.read_text() for path in paths}


def test_choices_are_recorded_composed_and_told(project: Path) -> None:
    told = config("dataset=bloodmnist", "budget=quick", "loss.margin=0")
    params = read_params(project / "params.yaml")
    assert params["dataset"]["name"] == "bloodmnist"
    assert params["loss"]["margin"] == 0
    assert params["overrides"] == []
    assert not is_edited(params)
    recorded = yaml.safe_load((project / "conf/config.yaml").read_text())
    assert {"dataset": "bloodmnist"} in recorded["defaults"]
    assert recorded["loss"] == {"margin": 0}
    for word in ("dataset=bloodmnist", "budget=quick", "method=ccsi", "basophil, eosinophil"):
        assert word in told


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("lucir", "update of the model after t1, with exemplars"),
        ("deepinversion", "update of the model after t1, with impressions"),
        ("analytic", "train; then statistics of features of data/models/t1"),
    ],
)
def test_the_table_says_how_a_task_is_learned(project: Path, method: str, told: str) -> None:
    assert told in config(f"method={method}")


def test_a_record_outlives_the_next_composition(project: Path) -> None:
    config("loss.margin=0")
    config("seed=4")
    assert read_params(project / "params.yaml")["loss"]["margin"] == 0
    config("~loss.margin")
    assert read_params(project / "params.yaml")["loss"]["margin"] == 1.0
    assert read_params(project / "params.yaml")["seed"] == 4


def test_a_failing_choice_leaves_everything_as_it_was(project: Path) -> None:
    config()
    before = files(project)
    for choices in (["loss.marign=0"], ["dataset=npz"], ["loss.ce=2", "split=[[0]]"]):
        with pytest.raises(CcsiError):
            config(*choices)
    assert files(project) == before


def test_show_writes_nothing(project: Path) -> None:
    before = files(project)
    shown = yaml.safe_load(config("loss.margin=0", show=True))
    assert shown["loss"]["margin"] == 0
    assert files(project) == before


def test_it_runs_from_below_the_root(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "below").mkdir()
    monkeypatch.chdir(project / "below")
    config()
    assert (project / "params.yaml").exists()
    assert Path.cwd() == project / "below"


def test_outside_a_project_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParameterError, match="run this inside the project"):
        config()


def test_a_hand_edit_is_kept_until_it_is_recorded_or_discarded(project: Path) -> None:
    config()
    path = project / "params.yaml"
    path.write_text(path.read_text().replace("margin: 1.0", "margin: 0.0"))
    edited = files(project)
    with pytest.raises(ParameterError, match=r"ccsi config loss\.margin=0\.0"):
        config("seed=1")
    assert files(project) == edited
    config("loss.margin=0.0")
    assert read_params(path)["loss"]["margin"] == 0.0
    assert not is_edited(read_params(path))
    path.write_text(path.read_text().replace("idc: 1.0", "idc: 0.0"))
    config(discard=True)
    assert read_params(path)["loss"]["idc"] == 1.0


def test_leftovers_are_removed_and_listed(project: Path) -> None:
    (project / "data/models/t5").mkdir(parents=True)
    (project / "data/models/t2").mkdir()
    assert "data/models/t5" in config("dataset.classes_per_task=4")
    assert not (project / "data/models/t5").exists()
    assert (project / "data/models/t2").exists()


def test_another_data_set_forgets_what_belonged_to_the_former(project: Path) -> None:
    config("dataset.classes_per_task=5")
    assert "classes_per_task" in config("dataset=bloodmnist")
    assert len(read_params(project / "params.yaml")["tasks"]) == 4


def test_arrivals_are_recorded(project: Path) -> None:
    make_folders(project / "in/first", ["a", "b"])
    make_folders(project / "in/second", ["c"])
    config("dataset=arrivals", "dataset.path=in", show=True)
    assert not (project / "in/arrivals.json").exists()
    assert "first, second" in config("dataset=arrivals", "dataset.path=in")
    assert (project / "in/arrivals.json").exists()


def test_a_fault_is_one_line_and_status_1(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["ccsi", "config", "loss.marign=0"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 1
    printed = capsys.readouterr().err
    assert printed.startswith("ccsi: ")
    assert len(printed.splitlines()) == 1


def test_config_imports_no_torch(project: Path) -> None:
    script = (
        "import sys; from ccsi.commands.config import run; from rich.console import Console; "
        "run([], show=True, discard=False, console=Console()); "
        "print([m for m in ('torch', 'torchvision', 'medmnist', 'dvc') if m in sys.modules])"
    )
    source = str(Path(__file__).resolve().parents[2] / "src")
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {source!r}); {script}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=project,
    )
    assert done.stdout.splitlines()[-1] == "[]"
