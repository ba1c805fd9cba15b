"""Own images over years: what a new arrival runs, and what is left when old data is purged."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from tests.docs.guides import ROOT, blocks
from tests.pipeline.hospital import FOLDER, arrive, hospital
from tests.pipeline.project import Project, stages_run, tree

pytestmark = pytest.mark.slow

LEARNED = ("data/models", "data/means", "data/impressions")
NEW_STAGES = {"prepare@t3", "means@t3", "synthesize@t2", "update@t3", "calibrate@t3"}


def learned(project: Project) -> dict[str, bytes]:
    return {
        f"{place}/{name}": content
        for place in LEARNED
        for name, content in tree(project.root / place)
    }


def metrics(project: Project) -> Mapping[str, object]:
    values: Mapping[str, object] = json.loads((project.root / "reports/metrics.json").read_text())
    return values


@pytest.fixture(scope="module")
def two(composed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return hospital(composed, tmp_path_factory.mktemp("hospital") / "project")


@pytest.fixture(scope="module")
def three(two: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, list[str]]:
    """A third arrival, learned while all data is there; and what ran."""
    project = two.clone(tmp_path_factory.mktemp("three") / "project")
    arrive(project.root, "2026", ("angina", "measles"))
    project.config()
    ran = project.repro()
    return project, ran


def test_an_arrival_runs_the_new_tasks_learning_stages_only(
    two: Project, three: tuple[Project, list[str]]
) -> None:
    project, ran = three
    learning = {name for name in ran if not name.startswith(("evaluate", "layout", "summarize"))}
    assert learning == NEW_STAGES
    before, after = learned(two), learned(project)
    assert before
    assert {name: after[name] for name in before} == before


def test_class_ids_follow_arrival_and_patients_stay_in_one_split(
    three: tuple[Project, list[str]],
) -> None:
    project, _ = three
    names = [
        json.loads((project.root / f"data/tasks/t{t}/task.json").read_text()) for t in (1, 2, 3)
    ]
    assert [record["class_ids"] for record in names] == [[0, 1], [2, 3], [4, 5]]
    assert [record["class_names"] for record in names] == [
        ["cold", "flu"],
        ["asthma", "croup"],
        ["angina", "measles"],
    ]
    assert metrics(project)["grouped_split"] is True
    for t in (1, 2, 3):
        counts = [
            len(np.load(project.root / f"data/{place}/t{t}/{part}labels.npy"))
            for place, part in (("tasks", "train_"), ("tasks", "val_"), ("test", ""))
        ]
        # A patient has two images of each of two classes, and all four stay together.
        assert all(count % 4 == 0 for count in counts)
        assert sum(counts) == 48


def test_the_next_task_is_learned_to_the_same_bytes_when_the_old_data_is_gone(
    two: Project, three: tuple[Project, list[str]], tmp_path: Path
) -> None:
    project = two.clone(tmp_path / "purged")
    remote = tmp_path / "remote"
    project.dvc("remote", "add", "--default", "store", str(remote))
    project.dvc("push")
    project.commit()
    images = np.load(project.root / "data/tasks/t1/train_images.npy")
    for task in ("t1", "t2"):
        told = project.ccsi("purge", task, "--yes").stdout
        assert f"the images of {task} are gone" in told
        assert "raw folder" in told
        assert "remote store" in told
        assert not (project.root / f"data/tasks/{task}").exists()
        record = json.loads((project.root / f"purges/{task}.json").read_text())["purges"][-1]
        assert record["gone"] is True
        assert all(place["hash"] for place in record["deleted"])
        kept = {f"data/models/{task}", f"data/means/{task}"}
        assert set(record["kept"]) == kept | ({"data/calibration/t2"} if task == "t2" else set())
    for place in (project.root, remote):
        for _, content in tree(place):
            assert images[0].tobytes() not in content

    planned = stages_run(project.dvc("repro", "--allow-missing", "--dry").stdout)
    assert planned == ["evaluate@t1", "evaluate@t2", "summarize"]

    arrive(project.root, "2026", ("angina", "measles"))
    project.config()
    ran = project.repro("--allow-missing")
    assert {n for n in ran if not n.startswith(("evaluate", "layout", "summ"))} == NEW_STAGES
    expected = learned(three[0])
    assert learned(project) == expected
    said = metrics(project)
    assert said["unmeasured_tasks"] == ["t1", "t2"]
    assert said["complete"] is False
    per_task = said["accuracy_per_task"]
    assert isinstance(per_task, dict)
    assert per_task["t1"] is None
    assert per_task["t3"] is not None


def test_the_guides_commands_of_a_purge_do_what_is_said(two: Project, tmp_path: Path) -> None:
    project = two.clone(tmp_path / "project")
    (block,) = [b for b in blocks(ROOT / "docs/data-freeness.md") if b.in_small]
    listed, asked, deleted, repeated = block.commands
    raw = project.root / FOLDER / "2024"
    assert project.ccsi(*listed[1:], check=False).returncode == 1
    assert "Delete them?" in project.ccsi(*asked[1:], check=False).stdout
    assert raw.exists()  # nobody answered
    project.ccsi(*deleted[1:])
    assert not raw.exists()
    assert set(stages_run(project.run(*repeated).stdout)) <= {
        "evaluate@t1", "evaluate@t2", "summarize"
    }  # fmt: skip


def plant(root: Path, task: str) -> dict[str, Path]:
    """What runs and people leave of a task's images, by the name that a purge gives the place."""
    images = root / f"data/tasks/{task}/train_images.npy"
    places = {
        "experiment workspace": root / f".dvc/tmp/exps/standalone/tmp1/data/tasks/{task}",
        "checkpoint": root / f".ccsi/checkpoints/data/models/{task}",
        "unfinished stage": root / f".ccsi/staging/prepare@{task}",
        "copy": root / "reports/tables_of_mine",
    }
    for folder in places.values():
        folder.mkdir(parents=True)
        shutil.copy(images, folder / "some.npy")
    (root / ".dvc/tmp/exps/standalone/tmp1/dvc.yaml").touch()
    return places


def test_gone_is_not_said_while_a_place_remains(two: Project, tmp_path: Path) -> None:
    project = two.clone(tmp_path / "project")
    elsewhere = tmp_path / "cache of many projects"
    (project.root / ".dvc/cache").rename(elsewhere)
    project.dvc("cache", "dir", str(elsewhere))
    project.dvc("remote", "add", "far", "ssh://nowhere.invalid/store")
    image = np.load(project.root / "data/tasks/t2/train_images.npy")[0].tobytes()
    copy = project.root / FOLDER / "2025" / "croup" / "p0v0.png"
    shutil.copy(copy, project.root / "leaked.png")
    project.commit()
    planted = plant(project.root, "t2")
    listed = project.ccsi("purge", "t2", "--list", check=False)
    assert listed.returncode == 1
    for kind, place in planted.items():
        assert f"{kind}: {place.relative_to(project.root)}" in listed.stdout
    assert copy.is_file()
    asked = project.ccsi("purge", "t2", check=False)  # nobody answers
    assert asked.returncode != 0
    assert copy.is_file()
    done = project.ccsi("purge", "t2", "--yes", check=False)
    assert done.returncode == 1
    assert "are gone" not in done.stdout
    assert not any((place / "some.npy").exists() for place in planted.values())
    assert not any(image in content for _, content in tree(elsewhere))
    assert "LEFT: remote far" in done.stdout
    assert "LEFT: git history" in done.stdout
    record = json.loads((project.root / "purges/t2.json").read_text())["purges"][-1]
    assert record["gone"] is False
    elsewhere.rename(tmp_path / "not mounted")
    again = project.ccsi("purge", "t2", "--yes", check=False)  # nothing is left to search by
    assert again.returncode == 1
    assert f"LEFT: cache: {elsewhere}" in again.stdout
    assert "LEFT: git history" in again.stdout
    assert "are gone" not in again.stdout


def test_provenance_names_every_file_and_no_old_image(three: tuple[Project, list[str]]) -> None:
    project, _ = three
    done = project.ccsi("provenance", "t3", "--json")
    record = json.loads(done.stdout)
    assert record["old_images"] == []
    paths = {row["path"] for row in record["read"]}
    assert {"data/tasks/t3/train_images.npy", "data/models/t2/model.safetensors"} <= paths
    assert all(row["md5"] for row in record["read"])
    assert {"update@t3", "synthesize@t2", "update@t2", "train@t1", "prepare@t1"} <= set(
        record["stages"]
    )
    model = project.root / "data/models/t3/model.safetensors"
    content = model.read_bytes()
    model.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    other = project.ccsi("provenance", "data/models/t3", check=False)
    model.write_bytes(content)
    assert other.returncode == 1
    assert "is not the model that dvc.lock speaks of" in other.stderr


def test_provenance_for_grep_is_one_line_a_file_and_tells_what_is_not_known(
    three: tuple[Project, list[str]], tmp_path: Path
) -> None:
    project = three[0].clone(tmp_path / "project")
    head, *rows = tabbed(project.ccsi("provenance", "t3").stdout)
    assert head == ["stage", "file", "md5", "old task's image"]
    assert all(re.fullmatch(r"[0-9a-f]{32}", md5) for _, _, md5, _ in rows)
    files = {file for _, file, _, _ in rows}
    assert {f"{FOLDER}/2024/flu/p0v0.png", "src/ccsi/models/resnet.py"} <= files
    shutil.rmtree(project.root / FOLDER / "2024")
    shutil.rmtree(project.root / "data/tasks/t2")
    shutil.rmtree(project.root / ".dvc/cache")
    told = project.ccsi("provenance", "t3").stdout
    assert f"{FOLDER}/2024: only the hash of the whole is known, its 49 files are not here" in told
    assert "`dvc fetch data/tasks/t2` fetches the list" in told
    whole = {file: md5 for _, file, md5, _ in tabbed(told)}
    assert whole["data/tasks/t2"].endswith(".dir")
    assert "data/tasks/t3/train_images.npy" in whole  # as it lies in the workspace


def tabbed(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines() if "\t" in line]


def test_a_source_whose_tasks_share_files_is_refused(composed: Project) -> None:
    done = composed.ccsi("purge", "t2", "--yes", check=False)
    assert done.returncode == 1
    assert "dataset.source = digits" in done.stderr
    assert done.stderr.count("\n") == 1
