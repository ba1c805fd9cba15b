"""A project whose images arrive folder by folder, with patients."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.pipeline.project import Project

FOLDER = "arrived"
PATIENTS, EACH = 12, 2
CHOICES = (
    *("dataset=arrivals", "dataset.name=hospital", f"dataset.path={FOLDER}"),
    *("dataset.side=16", "dataset.channels=1", "dataset.groups=patients.csv"),
)


def arrive(root: Path, name: str, classes: tuple[str, ...]) -> None:
    """A folder of images of these classes, several of each patient, and its table of patients."""
    rows = ["file,group"]
    for number, label in enumerate(classes):
        folder = root / FOLDER / name / label
        folder.mkdir(parents=True)
        for patient in range(PATIENTS):
            for view in range(EACH):
                seed = [number, patient, view, *name.encode(), *label.encode()]
                pixels = np.random.default_rng(seed).integers(0, 256, (16, 16), dtype=np.uint8)
                file = f"p{patient}v{view}.png"
                Image.fromarray(pixels).save(folder / file)
                rows.append(f"{label}/{file},patient {patient}")
    (root / FOLDER / name / "patients.csv").write_text("\n".join(rows) + "\n")


def hospital(composed: Project, root: Path) -> Project:
    """Two arrivals, learned and committed; the images are ignored by git."""
    project = composed.clone(root)
    with (project.root / ".gitignore").open("a") as stream:
        stream.write(f"/{FOLDER}/*/\n")
    arrive(project.root, "2024", ("flu", "cold"))
    arrive(project.root, "2025", ("asthma", "croup"))
    project.config(*CHOICES)
    project.repro()
    project.commit()
    return project
