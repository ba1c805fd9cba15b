"""An audit reads everything and changes nothing: what it writes flows nowhere but to the page."""

from __future__ import annotations

import json

import pytest

from ccsi.lineage.holders import related
from tests.pipeline.imports import code_of
from tests.pipeline.project import ROOT, Project, Resolved, of, tree
from tests.pipeline.records import covered, data_files, record_of
from tests.pipeline.scripts import script_of

AUDITS = {"judge@t3", "audit@t3"}
WRITTEN = ("data/audit", "reports/audit")
SMALL = ("audit.epochs=1", "audit.shown=8", "audit.resamples=99", "audit.draws=1")


def readers(stages: dict[str, Resolved]) -> set[str]:
    """The stages that read anything an audit writes."""
    return {
        address
        for address, stage in stages.items()
        if any(related(dep, out) for dep in stage.deps for out in WRITTEN)
    }


@pytest.mark.parametrize(
    "choice", ["method=ccsi", "method=slda", "method=lucir", "method=joint", "method=lwf"]
)
def test_nothing_but_the_page_reads_what_an_audit_writes(fresh: Project, choice: str) -> None:
    fresh.config("audit.enabled=true", choice)
    stages = fresh.resolved()
    assert of(list(stages), "audit") == ["audit@t3"]
    assert readers(stages) == {"audit@t3", "summarize"}
    assert stages["audit@t3"].outs == {"reports/audit"}
    assert stages["judge@t3"].outs == {"data/audit/t3"}


def test_only_the_evaluation_and_the_audit_read_images_of_other_tasks(fresh: Project) -> None:
    fresh.config("audit.enabled=true")
    reading = set()
    for address, stage in fresh.resolved().items():
        name, _, task = address.partition("@")
        images = {dep for dep in stage.deps if dep.startswith(("data/tasks", "data/test"))}
        if any(not dep.endswith(f"/{task}") for dep in images):
            reading.add(name)
    assert reading == {"evaluate", "judge", "audit"}


def test_stages_that_learn_are_the_same_with_and_without(fresh: Project) -> None:
    """Nothing they declare differs, so that DVC has no cause to run them again."""
    without = fresh.resolved()
    fresh.config("audit.enabled=true")
    audited = fresh.resolved()
    assert audited.keys() - without.keys() == AUDITS
    assert {name for name in without if without[name] != audited[name]} == {"summarize"}


def test_test_images_reach_the_audit_and_not_its_networks(fresh: Project) -> None:
    fresh.config("audit.enabled=true")
    stages = fresh.resolved()
    assert "data/test" in stages["audit@t3"].deps
    assert not any(related(dep, "data/test") for dep in stages["judge@t3"].deps)
    fresh.config("evaluate.split=val")
    assert not any(related(dep, "data/test") for dep in fresh.resolved()["audit@t3"].deps)


@pytest.mark.slow
def test_an_audit_runs_and_changes_no_model(project: Project) -> None:
    """Nor does taking it away: the same bytes, and no learning stage runs again."""
    models = [*tree(project.root / "data/models"), *tree(project.root / "data/impressions")]
    project.config("audit.enabled=true", *SMALL)
    assert set(project.repro()) == {"layout", *AUDITS, "summarize"}
    folder = project.root / "reports/audit"
    record = json.loads((folder / "audit.json").read_text())
    assert list(record["impressions"]) == ["t1", "t2"]
    assert record["held"] == "test"
    assert {file.suffix for file in folder.iterdir()} == {"", ".csv", ".json", ".png"}
    assert 'id="audit"' in (project.root / "reports/index.html").read_text()
    check_reading(project)
    project.config("audit.enabled=false")
    assert set(project.repro()) <= {"layout", "summarize"}
    assert 'id="audit"' not in (project.root / "reports/index.html").read_text()
    assert models == [
        *tree(project.root / "data/models"), *tree(project.root / "data/impressions")
    ]  # fmt: skip


def check_reading(project: Project) -> None:
    """What both stages read when they run once more is what they declare."""
    for address, stage in project.resolved().items():
        if address not in AUDITS:
            continue
        record = record_of(project, address, stage, out=project.root.parent / f"{address}.json")
        assert set(record["parameters"]) == set(stage.params)
        script, _ = script_of(stage.command)
        assert {*record["modules"], script} == code_of(stage.deps, root=ROOT)
        opened = data_files(record)
        assert {path for path in opened if not covered(path, stage.deps)} == set()
        data = {dep for dep in stage.deps if dep.startswith("data/") and dep != "data/none"}
        assert {dep for dep in data if not any(covered(path, {dep}) for path in opened)} == set()


@pytest.mark.slow
@pytest.mark.parametrize("method", ["slda", "lucir"])
def test_methods_without_impressions_are_told_what_does_not_apply(
    fresh: Project, method: str
) -> None:
    fresh.config(f"method={method}", "audit.enabled=true", "exemplars.per_class=2", *SMALL)
    fresh.repro()
    record = json.loads((fresh.root / "reports/audit/audit.json").read_text())
    assert record["impressions"] == {}
    assert f"method {method} makes no impressions" in record["not_applicable"][0]
    assert ("keeps real images" in "".join(record["not_applicable"])) == (method == "lucir")
    spaces = {row["of"] for row in record["kept_means"]}
    assert spaces == ({"pixels", "features"} if method == "slda" else {"pixels"})
    assert {row["target"] for row in record["membership"]} == {"model"}
    assert "makes no impressions" in (fresh.root / "reports/index.html").read_text()
