"""A study, its comparison and a search, for real, on the tiny configuration."""

import csv
from pathlib import Path

import pytest

from tests.pipeline.project import Project
from tests.pipeline.stand_ins import class_folder

STUDY = "- method=finetune\n- seed=0,1\n"
SPACE = "overrides: [method=finetune]\nspace: {update.lr: [0.01, 0.03, 0.1]}\n"


@pytest.mark.slow
def test_a_study_runs_once_and_is_compared(project: Project) -> None:
    (project.root / "mine.yaml").write_text(STUDY)
    told = project.ccsi("study", "mine.yaml").stdout
    assert "2 runs, 0 done already, 2 to run" in told
    assert "2 done, 0 failed, 0 left" in told
    again = project.ccsi("study", "mine.yaml").stdout
    assert "2 runs, 2 done already, 0 to run" in again
    project.ccsi("compare", "--study", "mine.yaml")
    folder = project.root / "reports/study/mine"
    rows = list(csv.DictReader((folder / "comparison.csv").read_text().splitlines()))
    found = [row for row in rows if row["measure"] == "accuracy"]
    assert [(row["group"], row["n"], row["seeds"]) for row in found] == [("finetune", "2", "0 1")]
    # Every stage has run here, so what learning took is known.
    assert {row["n"] for row in rows if row["measure"] in ("minutes", "kept_bytes")} == {"2"}
    assert (folder / "index.html").exists()
    assert (folder / "digits.png").exists()


@pytest.mark.slow
def test_a_study_runs_again_where_an_image_has_changed(fresh: Project, tmp_path: Path) -> None:
    images = class_folder(tmp_path / "images")
    choices = f"- dataset=folder\n- dataset.path={images}\n- dataset.name=mine\n"
    choices += "- dataset.classes_per_task=2\n- dataset.fraction=1\n"
    (fresh.root / "mine.yaml").write_text(f"{choices}- method=finetune\n")
    fresh.ccsi("study", "mine.yaml")
    assert "1 done already" in fresh.ccsi("study", "mine.yaml", "--dry-run").stdout
    first, second = sorted(images.glob("*/*.png"))[:2]
    first.write_bytes(second.read_bytes())
    told = fresh.ccsi("study", "mine.yaml", "--dry-run").stdout
    assert "0 done already, 1 to run" in told
    assert f"1 run again: {images} has changed since" in told
    done = fresh.ccsi("compare", "--study", "mine.yaml", check=False)
    assert f"{images} has changed since it ran" in done.stderr


@pytest.mark.slow
def test_a_search_of_three_trials_reads_validation_images_alone(project: Project) -> None:
    (project.root / "lr.yaml").write_text(SPACE)
    project.ccsi("search", "lr.yaml", "--task", "t2", "--trials", "3")
    rows = list(csv.DictReader((project.root / "lr-t2.trials.csv").read_text().splitlines()))
    assert [row["state"] for row in rows] == ["complete"] * 3
    assert all(0 <= float(row["score"]) <= 1 for row in rows)
    assert not list((project.root / ".ccsi/search").glob("*/"))
    again = project.ccsi("search", "lr.yaml", "--task", "t2", "--trials", "3").stdout
    assert "3 complete trials" in again
