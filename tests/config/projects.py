"""A project folder with the real conf/, and start folders, for tests of composition."""

import json
import shutil
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

REPOSITORY = Path(__file__).resolve().parents[2]


def make_project(root: Path) -> Path:
    """Copy conf/, the demo's bounds and the placeholder into `root`."""
    shutil.copytree(REPOSITORY / "conf", root / "conf")
    (root / "studies").mkdir()
    shutil.copy(REPOSITORY / "studies/digits.bounds.csv", root / "studies")
    (root / "data").mkdir()
    (root / "data" / "none").touch()
    return root


def make_start(
    folder: Path, class_names: list[str], tasks: dict[str, list[int]], *, data_free: bool = True
) -> Path:
    """A start folder whose model knows these classes."""
    folder.mkdir(parents=True)
    history = [{"task": task, "data_free": data_free} for task in tasks]
    known = {"class_names": class_names, "tasks": tasks, "model": {}, "history": history}
    record = json.dumps(known, sort_keys=True)
    weight = {"weight": np.zeros(1, np.float32)}
    save_file(weight, str(folder / "model.safetensors"), metadata={"ccsi": record})
    np.save(folder / "means.npy", np.zeros((len(class_names), 4, 4, 1), np.float32))
    (folder / "means.json").write_text(json.dumps({"class_names": class_names}))
    return folder


def make_folders(root: Path, classes: list[str]) -> Path:
    """Class folders, each with one empty file named as an image: enough to lay tasks out."""
    for name in classes:
        (root / name).mkdir(parents=True)
        (root / name / "image.png").touch()
    return root
