"""An audit of a small made-up run, from its files to the files of the report."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from ccsi.audit.params import AuditParams
from ccsi.audit.record import Circumstances
from ccsi.class_means import append_means, save_means, task_means
from ccsi.frame.artifacts import load_json, load_table, save_array
from ccsi.frame.errors import DataError
from ccsi.frame.progress import Silent
from ccsi.models.classifier import Learned
from ccsi.models.feature_map_params import StatisticsParams
from ccsi.models.store import MODEL_FILE, load_classifier, save_classifier
from ccsi.pipeline.audit import COLUMNS, audit_run, save_audit
from ccsi.pipeline.audit_figures import write_audit_figures
from ccsi.pipeline.audit_inputs import AuditInputs, GeneratorFor
from ccsi.pipeline.audit_networks import train_networks
from ccsi.pipeline.gathering import gather_task
from ccsi.reporting.audit_results import load_audit
from ccsi.statistics.fit import fitted_classifier
from ccsi.statistics.params import FitParams
from ccsi.statistics.store import STATISTICS_FILE, save_statistics
from ccsi.tasks.images import LabelledImages
from ccsi.tasks.task_files import TaskData, TaskInfo, TestData, save_task, save_test
from tests.toy_networks import MODEL, TRAIN, classifier, generator, images

PARAMS = AuditParams(
    enabled=True,
    epochs=2,
    shown=24,
    images=30,
    neighbours=3,
    resamples=99,
    draws=1,
    delta=1e-5,
)
NETWORKS = Path("data/audit/t2")


def labelled(count: int, first: int, seed: int) -> LabelledImages:
    pixels, labels = images(count, first=first, seed=seed)
    return LabelledImages(pixels.permute(0, 2, 3, 1).numpy().copy(), labels.numpy())


def info(task: str, first: int) -> TaskInfo:
    return TaskInfo(
        task=task,
        class_ids=(first, first + 1),
        class_names=(f"class {first}", f"class {first + 1}"),
        source_classes=(first, first + 1),
        channels=1,
        side=8,
        symmetries=(),
        grouped_split=False,
        source="toy",
        dataset="toy",
        licence=None,
        counts={},
        warnings=(),
    )


def write_run() -> dict[str, Any]:
    """Two tasks of two classes; of class 0 the impressions are copies, of class 1 fresh images."""
    means = None
    for task, first in (("t1", 0), ("t2", 2)):
        train, val, test = (labelled(60, first, seed=100 * first + s) for s in (1, 2, 3))
        data = TaskData(info(task, first), train, val)
        save_task(Path("data/tasks") / task, data)
        save_test(Path("data/test") / task, TestData(info(task, first), test))
        means = append_means(means, task_means(data))
        network = classifier(classes=first + 2)
        network.history = (Learned(task, 0, None, "last", True),)
        save_classifier(Path("data/models") / task / MODEL_FILE, network)
        if task == "t1":
            fresh = labelled(20, 0, seed=9)
            copies = train.images[train.labels == 0][:10]
            made = np.concatenate([copies, fresh.images[fresh.labels == 1]])
            save_array(Path("data/impressions/t1/images.npy"), made)
            save_array(Path("data/impressions/t1/labels.npy"), np.repeat([0, 1], 10))
    assert means is not None
    save_means(Path("data/means/t2"), means)
    return {
        "tasks": ["t1", "t2"],
        "made": ["t1", "t2"],
        "keeps": ["impressions"],
        "own_means": True,
        "models": "data/models",
        "rehearsals": {"t1": "data/models/t1"},
        "start": "data/none",
        "impressions": "data/impressions",
        "means": "data/means/t2",
        "statistics": "data/none",
        "members": "data/tasks",
        "held": "data/test",
    }


def draws(purpose: str) -> np.random.Generator:
    return np.random.default_rng(len(purpose))


def examine(record: dict[str, Any], generator_for: GeneratorFor = draws) -> Path:
    """Train the networks, measure, write the report."""
    train_networks(
        record,
        NETWORKS,
        MODEL,
        TRAIN,
        epochs=PARAMS.epochs,
        shown=PARAMS.shown,
        generator_for=lambda name, purpose: generator(len(name + purpose)),
        progress_for=lambda total: nullcontext(Silent()),
    )
    inputs, folder = AuditInputs(record), Path("reports/audit")
    audit = audit_run(
        inputs,
        NETWORKS,
        PARAMS,
        Circumstances("toy", "ccsi", 0, inputs.held_split, tuple(record["keeps"])),
        noise=0.1,
        generator_for=generator_for,
    )
    save_audit(folder, audit)
    write_audit_figures(folder, audit.record, [(p.row, p.images) for p in audit.pairs])
    return folder


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(tmp_path)
    return write_run()


def test_every_table_is_written_and_copies_are_caught(record: dict[str, Any]) -> None:
    folder = examine(record)
    found = {name: load_table(folder / f"{name}.csv") for name in COLUMNS}
    assert [name for name, rows in found.items() if not rows] == []
    by_class = {
        row["class_id"]: int(row["copies"])
        for row in found["neighbours"]
        if row["space"] == "pixels"
    }
    assert by_class == {"0": 10, "1": 0}
    summary = load_json(folder / "audit.json")
    assert list(summary["impressions"]) == ["t1"]
    assert summary["impressions"]["t1"]["copies_pixels"] == 10
    assert {(row["task"], row["target"]) for row in summary["membership"]} == {
        ("t1", "model"),
        ("t1", "impressions"),
        ("t1", "network of impressions"),
        ("t2", "model"),
    }
    assert {row["of"] for row in found["membership"]} == {"all", "t1", "t2"}
    assert summary["privacy_of_means"]["epsilon"] > 0
    shown = load_audit(folder)
    assert shown is not None
    assert len(shown.pairs) == 2
    assert np.array_equal(shown.pairs[0][1][0], shown.pairs[0][1][1])
    assert {"means.png", "pairs_t1.png", "membership.csv"} <= set(shown.files)


def test_linear_algebra_keeps_to_one_thread(record: dict[str, Any]) -> None:
    threads: dict[str, set[int]] = {}

    def look(purpose: str) -> np.random.Generator:
        blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
        threads[purpose] = {pool["num_threads"] for pool in blas}
        return draws(purpose)

    with threadpool_limits(limits=2, user_api="blas"):
        examine(record, look)
    assert threads["means 0"] == threads["permutations t1"] == {1}


def test_validation_images_stand_in_for_test_images(record: dict[str, Any]) -> None:
    inputs = AuditInputs({**record, "held": "data/none"})
    found = inputs.real_classes(most=99, generator_for=lambda purpose: np.random.default_rng(0))
    assert inputs.held_split == "validation"
    val = np.load("data/tasks/t1/val_images.npy")[np.load("data/tasks/t1/val_labels.npy") == 1]
    assert np.array_equal(found[1].held, val)
    assert len(found[1].pool) == len(found[1].members) + len(val)


def test_a_task_whose_images_were_purged_is_left_out(record: dict[str, Any]) -> None:
    for place in ("data/tasks/t1", "data/test/t1"):
        Path(place).rename(place.replace("t1", "gone"))
    folder = examine(record)
    summary = load_json(folder / "audit.json")
    assert summary["impressions"] == {}
    missing, of_noise = summary["not_applicable"]
    assert missing == "no class with impressions has images of both kinds left to compare them with"
    assert "means.noise_seed=null" in of_noise
    assert [row["task"] for row in summary["membership"]] == ["t2"]
    assert {row["class_name"] for row in load_table(folder / "means.csv")} == {"class 2", "class 3"}


def test_the_mean_features_that_statistics_hold_are_attacked(record: dict[str, Any]) -> None:
    params = StatisticsParams(features="last", poolings=("mean",), projections=0, symmetries=False)
    backbone, nothing = Path("data/models/t1"), Path("data/none")
    nothing.write_text("")
    before = nothing
    for task in ("t1", "t2"):
        gathered = gather_task(
            Path("data/tasks") / task,
            backbone,
            nothing,
            before,
            params,
            generator_for=lambda purpose: generator(),
            progress=Silent(),
        )
        before = Path("data/statistics") / task
        save_statistics(before / STATISTICS_FILE, gathered)
        fitted = fitted_classifier(
            load_classifier(backbone / MODEL_FILE),
            gathered,
            FitParams(shrinkage=0.01, ridge=0.01),
            head="discriminant",
            method="slda",
        )
        save_classifier(Path("data/fitted") / task / MODEL_FILE, fitted)
    of_statistics = {"rehearsals": {}, "keeps": ["statistics"], "models": "data/fitted"}
    folder = examine({**record, **of_statistics, "statistics": str(before)})
    summary = load_json(folder / "audit.json")
    assert {row["of"] for row in summary["kept_means"]} == {"pixels", "features"}
    assert "method ccsi makes no impressions" in summary["not_applicable"][0]
    assert {row["target"] for row in summary["membership"]} == {"model"}
    assert [row["task"] for row in summary["membership"]] == ["t1", "t2"]


def test_without_any_images_there_is_nothing_to_audit(record: dict[str, Any]) -> None:
    empty = AuditInputs({**record, "tasks": ["t9"]})
    with pytest.raises(DataError, match=r"audit\.enabled=false"):
        empty.real_classes(most=9, generator_for=lambda purpose: np.random.default_rng(0))
