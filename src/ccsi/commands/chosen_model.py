"""Which model a command means: the one named, or the newest of the project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ccsi.config.digest import read_params
from ccsi.config.paths import (
    CALIBRATION,
    EVALUATIONS,
    FITTED,
    MEANS,
    MODELS,
    PARAMS_FILE,
    TASKS,
    project_root,
)
from ccsi.frame.errors import ArtifactError, CcsiError
from ccsi.inference.trained_model import TrainedModel, load_trained_model
from ccsi.models.store import MODEL_FILE


def is_model(path: Path) -> bool:
    """Whether a path names a model and not images."""
    return path.suffix == ".safetensors" or (path / MODEL_FILE).is_file()


def load_chosen(path: Path | None) -> TrainedModel:
    """The model at `path`, or the project's newest, with its calibration if it has one.

    A model in data/models/<task> or data/fitted/<task> finds its calibration, its class means and
    its last task's images in the project's folders of these; any other model has them in its own
    folder. Raises ParameterError, ArtifactError.
    """
    chosen = newest_model() if path is None else path
    folder = chosen.parent if chosen.suffix == ".safetensors" else chosen
    if not (folder.is_dir() and chosen.exists()):
        raise ArtifactError(f"{chosen}: no such model; run `dvc repro`, or `dvc pull` fetches it")
    places = (_in_project(folder, place) for place in (CALIBRATION, MEANS, TASKS))
    return load_trained_model(chosen, beside=[place for place in places if place is not None])


def newest_model() -> Path:
    """The folder of the last task's model in params.yaml. Raises ParameterError outside one."""
    root = _root()
    tasks: dict[str, Any] = read_params(root / PARAMS_FILE).get("tasks") or {}
    if not tasks:
        raise ArtifactError(f"which model? {root / PARAMS_FILE} has no tasks; run `ccsi config`")
    return _shortest(root / list(tasks.values())[-1]["model"])


def task_folder(model: TrainedModel) -> Path | None:
    """The prepared images of the model's last task, where the model lies in a project."""
    found = _in_project(model.path.parent, TASKS)
    return found if found is not None and found.is_dir() else None


def evaluation_file(model: TrainedModel) -> Path | None:
    """The evaluation record of the model's task, where the model lies in a project."""
    folder = _in_project(model.path.parent, EVALUATIONS)
    found = None if folder is None else folder / "evaluation.json"
    return found if found is not None and found.is_file() else None


def _in_project(folder: Path, place: str) -> Path | None:
    """What a project keeps in `place` for the task of the model in `folder`."""
    whole = folder.absolute()
    if whole.parent.parts[-2:] not in (Path(MODELS).parts, Path(FITTED).parts):
        return None
    return whole.parents[2] / place / whole.name


def _root() -> Path:
    try:
        return project_root(Path.cwd())
    except CcsiError as error:
        raise ArtifactError(f"which model? name one, for {error}") from error


def _shortest(path: Path) -> Path:
    inside = path.is_relative_to(Path.cwd())
    return path.relative_to(Path.cwd()) if inside else path
