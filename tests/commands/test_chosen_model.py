"""Which model a command means, and what it finds of it in a project."""

import shutil
from pathlib import Path

import pytest

from ccsi.commands.chosen_model import (
    evaluation_file,
    is_model,
    load_chosen,
    newest_model,
    task_folder,
)
from ccsi.frame.errors import ArtifactError
from tests.commands.model_project import model_project, save_model
from tests.evaluation.test_calibration_record import SOUND


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = model_project(tmp_path / "project")
    monkeypatch.chdir(root)
    return root


def test_the_newest_model_is_that_of_the_last_task(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert newest_model() == Path("data/models/t2")
    assert load_chosen(None).temperature == SOUND.temperature
    monkeypatch.chdir(project / "data")
    assert newest_model() == Path("models/t2")


def test_outside_a_project_a_model_has_to_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArtifactError, match=r"which model\? name one"):
        load_chosen(None)
    with pytest.raises(ArtifactError, match="no such model"):
        load_chosen(Path("data/models/t1"))


def test_a_project_without_tasks_has_no_newest_model(project: Path) -> None:
    (project / "params.yaml").write_text("tasks: {}\n")
    with pytest.raises(ArtifactError, match=r"has no tasks; run `ccsi config`"):
        load_chosen(None)


@pytest.mark.parametrize("named", ["data/models/t2", "data/models/t2/model.safetensors"])
def test_a_folder_and_its_file_mean_the_same_model(project: Path, named: str) -> None:
    model = load_chosen(Path(named))
    assert model.path == Path("data/models/t2/model.safetensors")
    assert (model.side, model.temperature) == (8, SOUND.temperature)
    assert task_folder(model) == project / "data/tasks/t2"


@pytest.mark.parametrize("place", ["data/models/t1", "data/fitted/t1"])
def test_an_earlier_model_takes_its_side_from_the_class_means(project: Path, place: str) -> None:
    save_model(project, place, seed=0)
    model = load_chosen(Path(place))
    assert (model.side, model.calibration) == (8, None)
    assert task_folder(model) is None  # its images are gone
    assert evaluation_file(model) is None


def test_an_evaluation_is_found_by_the_models_task(project: Path) -> None:
    record = project / "reports/evaluations/t2/evaluation.json"
    record.parent.mkdir(parents=True)
    record.write_text("{}")
    assert evaluation_file(load_chosen(None)) == record


def test_a_model_elsewhere_has_nothing_of_a_project(project: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    shutil.copytree(project / "data/models/t2", alone)
    with pytest.raises(ArtifactError, match="copy one there from data/calibration"):
        load_chosen(alone)
    shutil.copy(project / "data/calibration/t2/calibration.json", alone)
    model = load_chosen(alone)
    assert model.temperature == SOUND.temperature
    assert task_folder(model) is None


def test_models_are_told_from_images(project: Path) -> None:
    assert is_model(Path("data/models/t2"))
    assert is_model(Path("any.safetensors"))
    assert not is_model(Path("data/models"))
    assert not is_model(Path("scan.png"))
