"""A purge that is cut short leaves what the next one looks by."""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from ccsi.commands import purge
from ccsi.commands.place import Place
from ccsi.frame.artifacts import load_json
from ccsi.frame.errors import ArtifactError
from ccsi.lineage.content import Fingerprints
from ccsi.lineage.objects import Objects

NAME = "data/tasks/t1/train_images.npy"
PARAMS = {
    "dataset": {"source": "arrivals"},
    "tasks": {"t1": {"reads": "arrived/2024"}, "t2": {"reads": "arrived/2025"}},
    "first": {"t1": {}},
    "members": {"m2": {}},
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose only place with images cannot be emptied before the process ends."""

    def killed() -> None:
        raise KeyboardInterrupt

    for folder in ("data/means/t1", "data/models/t1", "data/members/m2"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    place = Place("cache", ".dvc/cache/ab", "ab", killed)
    stand_ins = {
        "project_root": lambda start: tmp_path,
        "read_params": lambda path: PARAMS,
        "open_storage": lambda: contextlib.nullcontext(SimpleNamespace()),
        "history_of": lambda storage: [],
        "task_objects": lambda *given: (set(), Objects({"ab": NAME}, {})),
        "fingerprints": lambda *given: Fingerprints(),
        "find_places": lambda *given: [place],
    }
    for name, stand_in in stand_ins.items():
        monkeypatch.setattr(purge, name, stand_in)
    return tmp_path


def run(task: str) -> bool:
    return purge.run(task, yes=True, list_only=False, console=Console(quiet=True))


def test_a_purge_that_is_killed_has_recorded_the_names_and_does_not_say_gone(project: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run("t1")
    (record,) = load_json(project / "purges/t1.json")["purges"]
    assert record["gone"] is False
    assert record["objects"] == {"ab": NAME}
    assert [row["where"] for row in record["left"]] == [".dvc/cache/ab"]
    assert record["deleted"] == []


def test_a_network_of_the_first_task_that_is_missing_stops_the_purge(project: Path) -> None:
    (project / "data/members/m2").rmdir()
    with pytest.raises(ArtifactError, match="data/members/m2 is not there"):
        run("t1")
    assert not (project / "purges").exists()
