"""What DVC does when it composes, run in its own process as `dvc exp run` does it."""

import subprocess
import sys
from pathlib import Path

import pytest

from ccsi.config.compose import compose_params, to_yaml
from tests.config.projects import REPOSITORY, make_folders

SCRIPT = """
import logging, sys
from dvc.exceptions import DvcException
from dvc.utils.hydra import compose_and_dump
try:
    compose_and_dump("params.yaml", sys.argv[1], None, "config", sys.argv[2], sys.argv[3:])
except DvcException as error:
    print(error.msg, file=sys.stderr)
    sys.exit(255)
"""


def compose_as_dvc(
    root: Path, *overrides: str, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """DVC's own composition into params.yaml of the current folder."""
    arguments = [str(root / "conf"), str(REPOSITORY / "src"), *overrides]
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=cwd or root,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "overrides",
    [[], ["dataset=organamnist", "budget=paper", "method=ccsi-local", "+per_task.t3.loss.ce=2"]],
)
def test_ccsi_config_writes_the_same_bytes_as_dvc(project: Path, overrides: list[str]) -> None:
    assert compose_as_dvc(project, *overrides).returncode == 0
    assert (project / "params.yaml").read_text() == to_yaml(compose_params(Path("conf"), overrides))


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("loss.marign=0", "did you mean loss.margin?"),
        ("+loss.marign=0", "did you mean loss.margin?"),
        ("dataset=bloodmnst", "did you mean bloodmnist?"),
        ("loss.margin=-1", "loss.margin=-1: must be a number >= 0"),
        ("split=[[0]]", "class 1 is omitted"),
        ("digest=0", "digest is laid out"),
        ("start=/nowhere", "no file model.safetensors"),
    ],
)
def test_a_wrong_override_is_one_line_of_dvcs_own(project: Path, override: str, told: str) -> None:
    done = compose_as_dvc(project, override)
    assert done.returncode == 255, done.stderr
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (project / "params.yaml").exists()


def test_a_hand_edit_is_kept(project: Path) -> None:
    compose_as_dvc(project)
    path = project / "params.yaml"
    path.write_text(path.read_text().replace("margin: 1.0", "margin: 0.0"))
    edited = path.read_text()
    done = compose_as_dvc(project, "loss.ce=2")
    assert done.returncode == 255
    assert "-S loss.margin=0.0" in done.stderr
    assert path.read_text() == edited
    assert compose_as_dvc(project, "loss.ce=2", "loss.margin=0.0").returncode == 0


def test_leaving_an_experiment_is_told_and_leaving_its_data_set_refused(project: Path) -> None:
    compose_as_dvc(project, "dataset=bloodmnist", "loss.ce=2")
    done = compose_as_dvc(project, "seed=1")
    assert done.returncode == 255
    assert "-S dataset=bloodmnist" in done.stderr
    done = compose_as_dvc(project, "seed=1", "dataset=digits")
    assert done.returncode == 0
    assert "-S loss.ce=2" in done.stderr


def test_another_data_set_is_refused_where_values_of_the_former_are_recorded(
    project: Path,
) -> None:
    path = project / "conf/config.yaml"
    path.write_text(path.read_text() + "dataset:\n  fraction: 0.5\n")
    done = compose_as_dvc(project, "dataset=bloodmnist")
    assert done.returncode == 255
    assert "use `ccsi config dataset=bloodmnist`" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (project / "params.yaml").exists()


def test_composing_elsewhere_than_in_the_root_is_refused(project: Path) -> None:
    below = make_folders(project, ["below"]) / "below"
    done = compose_as_dvc(project, cwd=below)
    assert done.returncode == 255
    assert "in the project's root" in done.stderr
    assert not (below / "params.yaml").exists()
