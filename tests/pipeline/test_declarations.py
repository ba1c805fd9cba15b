"""dvc.yaml declares what the scripts declare: parameters, outs, and the code they import."""

from pathlib import Path

import pytest
import yaml

from ccsi.data.catalogue.sets import CATALOGUE
from ccsi.lineage.holders import related
from ccsi.methods.registry import load_method, method_names
from tests.config.projects import make_start
from tests.pipeline.imports import code_of, import_closure
from tests.pipeline.project import ROOT, Project, Resolved, of
from tests.pipeline.scripts import load_stage, script_of

COMPUTES = {
    *("train", "member", "synthesize", "exemplars", "update", "gather", "fit"),
    *("calibrate", "evaluate", "judge", "audit"),
}
BLOODMNIST = CATALOGUE["bloodmnist"]
STAGES = sorted(yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"])


@pytest.fixture(scope="module")
def resolved(composed: Project) -> dict[str, Resolved]:
    return composed.resolved()


@pytest.fixture(scope="module")
def by_statistics(composed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = composed.clone(tmp_path_factory.mktemp("statistics") / "project")
    project.config("method=slda")
    return project


@pytest.fixture(scope="module")
def with_members(composed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = composed.clone(tmp_path_factory.mktemp("members") / "project")
    project.config("method=analytic-ensemble", "statistics.members=3")
    return project


@pytest.fixture(scope="module")
def with_exemplars(composed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = composed.clone(tmp_path_factory.mktemp("exemplars") / "project")
    project.config("method=lucir")
    return project


def test_every_script_is_a_stage_and_every_stage_has_a_script() -> None:
    assert sorted(path.stem for path in (ROOT / "stages").glob("*.py")) == STAGES


def test_every_stage_says_what_it_does() -> None:
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    assert all(stage.get("do", stage)["desc"] for stage in stages.values())


def test_the_tasks_become_stages(resolved: dict[str, Resolved]) -> None:
    for name in ("prepare", "means", "evaluate"):
        assert of(list(resolved), name) == [f"{name}@t{number}" for number in (1, 2, 3)]
    assert of(list(resolved), "train") == ["train@t1"]
    assert of(list(resolved), "synthesize") == ["synthesize@t1", "synthesize@t2"]
    assert of(list(resolved), "update") == ["update@t2", "update@t3"]
    assert of(list(resolved), "calibrate") == ["calibrate@t3"]
    for absent in ("fetch", "exemplars", "member", "gather", "fit", "judge", "audit"):
        assert of(list(resolved), absent) == []


def test_statistics_take_the_place_of_updates(by_statistics: Project) -> None:
    statistical = by_statistics.resolved()
    assert of(list(statistical), "train") == ["train@t1"]
    for name in ("gather", "fit", "evaluate"):
        assert of(list(statistical), name) == [f"{name}@t{number}" for number in (1, 2, 3)]
    for absent in ("update", "synthesize", "exemplars", "member"):
        assert of(list(statistical), absent) == []
    assert "data/fitted/t1" in statistical["evaluate@t1"].deps


def test_members_are_trained_beside_the_first_network(with_members: Project) -> None:
    stages = with_members.resolved()
    assert of(list(stages), "member") == ["member@m2", "member@m3"]
    assert stages["member@m3"].outs == {"data/members/m3"}
    assert "data/tasks/t1" in stages["member@m3"].deps
    assert {"data/members", "data/models/t1"} < stages["gather@t1"].deps
    assert "data/members" not in stages["gather@t2"].deps


def test_exemplars_are_kept_before_each_update(with_exemplars: Project) -> None:
    stages = with_exemplars.resolved()
    assert of(list(stages), "exemplars") == ["exemplars@t1", "exemplars@t2"]
    assert "data/exemplars/t2" in stages["update@t3"].deps
    assert "data/exemplars/t1" in stages["exemplars@t2"].deps
    assert of(list(stages), "synthesize") == []


@pytest.fixture(scope="module")
def audited(composed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = composed.clone(tmp_path_factory.mktemp("audited") / "project")
    project.config("audit.enabled=true")
    return project


@pytest.fixture(scope="module")
def from_elsewhere(composed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """It goes on from a model that knows task 1, and downloads its data."""
    project = composed.clone(tmp_path_factory.mktemp("elsewhere") / "project")
    known = [BLOODMNIST.class_names[index] for index in (0, 1, 2, 3)]
    make_start(project.root / "start", known, {"t1": [0, 1, 2, 3]})
    project.config("dataset=bloodmnist")
    project.config("dataset.classes_per_task=4", "start=start")
    return project


@pytest.mark.parametrize(
    "kind",
    ["composed", "by_statistics", "with_members", "with_exemplars", "audited", "from_elsewhere"],
)
def test_the_layout_is_checked_before_any_stage(kind: str, request: pytest.FixtureRequest) -> None:
    """Whatever is named to DVC, which runs only what a name needs."""
    stages = request.getfixturevalue(kind).resolved()

    def needs_layout(address: str) -> bool:
        deps = stages[address].deps
        before = [name for name, stage in stages.items() if any_related(stage.outs, deps)]
        return "data/laid_out" in deps or any(needs_layout(name) for name in before)

    assert [name for name in stages if name != "layout" and not needs_layout(name)] == []


@pytest.mark.parametrize(
    "kind", ["composed", "by_statistics", "with_members", "with_exemplars", "audited"]
)
def test_scripts_and_dvc_declare_the_same_parameters_and_outs(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    project: Project = request.getfixturevalue(kind)
    monkeypatch.chdir(project.root)
    for address, declared in project.resolved().items():
        script, task = script_of(declared.command)
        job = load_stage(ROOT / script).begin(task=task, staging=Path("unused"))
        assert (address, set(job.parameters.keys)) == (address, set(declared.params))
        outs = {str(job.outputs.path(out).relative_to("unused")) for out in declared.outs}
        assert outs == declared.outs


@pytest.mark.parametrize("name", STAGES)
def test_declared_code_is_the_import_closure(name: str) -> None:
    """Apart from the method's and the source's own file, which are loaded by name."""
    stage = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"][name]
    deps = stage.get("do", stage)["deps"]
    declared = code_of((dep for dep in deps if "${" not in dep), root=ROOT)
    script = ROOT / "stages" / f"{name}.py"
    closure = {str(file.relative_to(ROOT)) for file in import_closure(script, src=ROOT / "src")}
    assert declared == closure | {f"stages/{name}.py"}


@pytest.mark.parametrize(("kind", "stage"), [("methods", "update"), ("data/sources", "prepare")])
def test_files_loaded_by_name_import_nothing_more(kind: str, stage: str) -> None:
    """Else that file's imports would be undeclared dependencies of some runs only."""
    src = ROOT / "src"
    closure = import_closure(ROOT / "stages" / f"{stage}.py", src=src)
    by_name = set((src / "ccsi" / kind).glob("*.py")) - closure
    assert by_name
    for file in by_name:
        assert import_closure(file, src=src) <= closure, file.name


def test_methods_with_a_head_import_nothing_that_the_fit_does_not() -> None:
    src = ROOT / "src"
    closure = import_closure(ROOT / "stages/fit.py", src=src)
    solved = [name for name in method_names() if load_method(name).head is not None]
    assert solved == ["analytic", "analytic_ensemble", "slda"]
    for name in solved:
        assert import_closure(src / f"ccsi/methods/{name}.py", src=src) <= closure


def test_code_is_listed_in_order() -> None:
    for name in STAGES:
        stage = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"][name]
        code = [dep for dep in stage.get("do", stage)["deps"] if dep.startswith("src/")]
        assert code == sorted(set(code))


def test_exact_versions_are_an_input_of_what_computes_with_torch(
    resolved: dict[str, Resolved],
) -> None:
    for address, declared in resolved.items():
        computes = address.partition("@")[0] in COMPUTES
        assert ("runtime.lock" in declared.deps) == computes
        assert ("trainer" in declared.params) == computes


def test_no_key_is_one_that_the_run_cache_overlooks(composed: Project) -> None:
    """DVC leaves parameters named `size` and `nfiles` out of the run cache's key."""
    assert not {"size", "nfiles"} & set(_keys(composed.params()))


def _keys(value: object) -> list[str]:
    if not isinstance(value, dict):
        return []
    return [*value, *(key for inner in value.values() for key in _keys(inner))]


def any_related(outs: frozenset[str], deps: frozenset[str]) -> bool:
    return any(related(out, dep) for out in outs for dep in deps)
