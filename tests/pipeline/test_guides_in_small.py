"""Commands of the guides that take hours, or images of the reader's own: run in small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.docs.guides import ROOT
from tests.pipeline.project import Project
from tests.pipeline.stand_ins import class_folder, npz_file, pictures, run_in_small
from tests.pipeline.test_audit import SMALL

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

STUDY = "- method=finetune,joint\n- seed=0\n"
SPACE = "overrides: [method=finetune]\nspace: {update.lr: [0.01, 0.1]}\n"
FOLDS = ("statistics.projections=40", "statistics.dictionary.atoms=8")


@pytest.fixture
def furnished(project: Project, tmp_path: Path) -> tuple[Project, dict[str, str]]:
    """A finished project with small studies, and images outside; what to call these."""
    project.config(*FOLDS, *SMALL)
    (project.root / "studies").mkdir(exist_ok=True)
    (project.root / "studies/digits.yaml").write_text(STUDY)
    (project.root / "studies/lr.search.yaml").write_text(SPACE)
    project.commit()
    (project.root / "scans").mkdir()
    for place in ("scan.png", "scans/one.png"):
        Image.fromarray(pictures(1, seed=0)[0, ..., 0]).save(project.root / place)
    np.savez(project.root / "cohort.npz", test_images=pictures(3, seed=0)[..., 0])
    names = {
        "<file.npz>": str(npz_file(tmp_path / "file.npz")),
        "/data/skin": str(class_folder(tmp_path / "skin")),
    }
    return project, names


@pytest.mark.parametrize(
    ("guide", "commands"),
    [
        ("README.md", 8),
        ("docs/blood-cells.md", 2),
        ("docs/deploy.md", 4),
        ("docs/from-the-original.md", 1),
        ("docs/gpu.md", 1),
        ("docs/privacy.md", 2),
        ("docs/sweeps.md", 6),
    ],
)
def test_the_long_commands_of_a_guide_run_in_small(
    furnished: tuple[Project, dict[str, str]], guide: str, commands: int
) -> None:
    project, names = furnished
    assert run_in_small(guide, project, names) == commands
    if guide == "README.md":
        assert (project.root / "model.onnx").stat().st_size > 1000
    if guide == "docs/privacy.md":
        assert (project.root / "reports/audit/membership.csv").exists()
    if guide == "docs/sweeps.md":
        assert "finetune" in (project.root / "reports/mine/comparison.csv").read_text()


def test_every_guide_that_has_such_commands_is_run() -> None:
    from tests.docs.guides import GUIDES, blocks

    marked = {
        path.relative_to(ROOT).as_posix()
        for path in GUIDES
        if any(b.in_small for b in blocks(path))
    }
    (parametrized,) = test_the_long_commands_of_a_guide_run_in_small.pytestmark[-1:]
    guides = {guide for guide, _ in parametrized.args[1]}
    # test_guides.py has the first, test_arrivals.py the second.
    assert marked == guides | {"docs/own-data.md", "docs/data-freeness.md"}
