"""A search's clone takes stages from the project's cache, and what it keeps can be brought back."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from ccsi.commands.queue import dvc
from ccsi.commands.trial import Workplace
from ccsi.frame.errors import ArtifactError

EVALUATION = "reports/evaluations/t1"
PARAMS = {
    "split": "val",
    "epochs": 1,
    **{
        name: {}
        for name in ("rehearsals", "first", "increments", "members", "audits", "calibrations",
                     "herdings", "gatherings", "fits")
    },
    "tasks": {"t1": {}},
}  # fmt: skip
STAGES = {
    "stages": {
        "evaluate": {
            "foreach": ["t1"],
            "do": {
                "cmd": "python evaluate.py",
                "params": ["split", "epochs"],
                "outs": [f"reports/evaluations/{'${item}'}"],
            },
        }
    }
}
PROGRAM = """
import json, pathlib, yaml
params = yaml.safe_load(pathlib.Path("params.yaml").read_text())
folder = pathlib.Path("reports/evaluations/t1")
folder.mkdir(parents=True, exist_ok=True)
record = {"split": params["split"], "accuracy": params["epochs"] / 2}
(folder / "evaluation.json").write_text(json.dumps(record))
with open(LOG, "a") as log:
    log.write("ran ")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one stage, which has run and notes beside the project when it does."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "dvc.yaml").write_text(json.dumps(STAGES))
    (root / "params.yaml").write_text(json.dumps(PARAMS))
    (root / "evaluate.py").write_text(PROGRAM.replace("LOG", repr(str(tmp_path / "log"))))
    git(root, "init")
    dvc("init", "--quiet", cwd=root)
    dvc("repro", "--quiet", cwd=root)
    git(root, "add", "--all")
    git(root, "commit", "-m", "x")
    return root


def git(root: Path, *command: str) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@x")
    subprocess.run(["git", *identity, *command], cwd=root, check=True, capture_output=True)


def test_a_trial_takes_what_the_project_has_run_from_its_cache(project: Path) -> None:
    with Workplace(project, project / ".ccsi/search/1") as place:
        assert list(place.accuracies(PARAMS, ["t1"])) == [0.5]
        with pytest.raises(ArtifactError, match="read test images"):
            list(place.accuracies(PARAMS | {"split": "test"}, ["t1"]))
    assert (project.parent / "log").read_text() == "ran ran "  # the other split, alone


def test_a_kept_trial_can_be_applied(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.setenv(name, "x")
    with Workplace(project, project / ".ccsi/search/1") as place:
        list(place.accuracies(PARAMS | {"epochs": 2}, ["t1"]))
        place.keep("kept", ["epochs=2"])
    shutil.rmtree(project / EVALUATION)
    dvc("exp", "apply", "kept", cwd=project)
    assert json.loads((project / EVALUATION / "evaluation.json").read_text())["accuracy"] == 1
