"""Every method, from composition to metrics, for real; what only some methods run, recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccsi.config.hydra_tree import group_options
from ccsi.frame.artifacts import load_json
from ccsi.lineage.holders import PLACEHOLDERS
from tests.pipeline.imports import code_of
from tests.pipeline.project import ROOT, Project, of
from tests.pipeline.records import covered, data_files, record_of

pytestmark = pytest.mark.slow

METHODS = group_options(ROOT / "conf")["method"]
NOT_DATA_FREE = {"joint", "lucir"}
SMALL = ("dataset.classes_per_task=5", "statistics.projections=40", "exemplars.per_class=3")


@pytest.fixture(scope="module")
def shared(composed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One project for all methods in turn, so that they share what is common to them."""
    return composed.clone(tmp_path_factory.mktemp("methods") / "project")


@pytest.mark.parametrize("method", METHODS)
def test_it_runs_and_says_whether_it_is_data_free(shared: Project, method: str) -> None:
    shared.config(*SMALL, f"method={method}")
    before = (shared.root / "data/test/t1").exists()
    ran = shared.repro()
    metrics = load_json(shared.root / "reports/metrics.json")
    assert metrics["method"] == method.replace("-", "_")
    assert metrics["data_free"] == (method not in NOT_DATA_FREE)
    assert metrics["complete"]
    assert 0 <= metrics["accuracy"] <= 1
    if before:
        assert of(ran, "prepare") == []
    if method in ("slda", "analytic", "analytic-ensemble"):
        assert of(ran, "update") == []
        assert of(ran, "fit") == ["fit@t1", "fit@t2"]


def test_statistics_share_the_training_of_the_first_task(shared: Project) -> None:
    """In DVC's run cache; and another ridge gathers nothing anew."""
    shared.config(*SMALL, "method=ccsi")
    shared.repro("train@t1")
    shared.config("method=analytic")
    ran = shared.repro()
    assert of(ran, "train") == []
    shared.config("fit.ridge=0.5")
    ran = shared.repro()
    assert of(ran, "gather") == []
    assert of(ran, "fit") == ["fit@t1", "fit@t2"]
    shared.config("~fit.ridge")


def test_more_members_train_only_the_new_one(shared: Project) -> None:
    shared.config(*SMALL, "method=analytic-ensemble", "statistics.members=2")
    shared.repro()
    shared.config("statistics.members=3")
    ran = shared.repro("gather@t1")
    assert of(ran, "member") == ["member@m3"]
    assert of(ran, "train") == []
    assert of(ran, "gather") == ["gather@t1"]
    second, third = (
        (shared.root / f"data/members/{name}/model.safetensors").read_bytes()
        for name in ("m2", "m3")
    )
    assert second != third
    shared.config("~statistics.members")


@pytest.mark.parametrize(
    ("method", "address"),
    [("lucir", "exemplars@t1"), ("lucir", "update@t2"), ("analytic", "gather@t2"),
     ("analytic", "fit@t2"), ("slda", "fit@t2"), ("slda", "evaluate@t2"),
     ("analytic-ensemble", "member@m2"), ("analytic-ensemble", "gather@t1"),
     ("analytic-ensemble", "fit@t2")],
)  # fmt: skip
def test_a_stage_reads_what_it_declares(
    shared: Project, tmp_path: Path, method: str, address: str
) -> None:
    shared.config(*SMALL, f"method={method}")
    shared.repro(address)
    declared = shared.resolved()[address]
    script = f"stages/{address.partition('@')[0]}.py"
    record = record_of(shared, address, declared, out=tmp_path / "record.json")
    assert set(record["parameters"]) == declared.params
    assert {*record["modules"], script} == code_of(declared.deps, root=ROOT)
    assert {path for path in data_files(record) if not covered(path, declared.deps)} == set()
    data = {dep for dep in declared.deps if not dep.startswith(("src/", "stages/"))}
    data -= set(PLACEHOLDERS)
    assert {d for d in data if not any(covered(f, {d}) for f in data_files(record))} == set()
