"""dvc.yaml declares what the scripts declare: parameters, outs, and the code they import."""

from pathlib import Path

import pytest
import yaml

from tests.pipeline.imports import code_of, import_closure
from tests.pipeline.project import ROOT, Project, Resolved, of
from tests.pipeline.scripts import load_stage, script_of

STAGES = sorted(yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"])

WITH_TORCH = {"train", "synthesize", "update", "calibrate", "evaluate"}


@pytest.fixture(scope="module")
def resolved(composed: Project) -> dict[str, Resolved]:
    return composed.resolved()


def test_every_script_is_a_stage_and_every_stage_has_a_script() -> None:
    assert sorted(path.stem for path in (ROOT / "stages").glob("*.py")) == STAGES


def test_every_stage_says_what_it_does() -> None:
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    assert all(stage.get("do", stage)["desc"] for stage in stages.values())


def test_the_tasks_become_stages(resolved: dict[str, Resolved]) -> None:
    for name in ("prepare", "means", "calibrate", "evaluate"):
        assert of(list(resolved), name) == [f"{name}@t{number}" for number in (1, 2, 3)]
    assert of(list(resolved), "train") == ["train@t1"]
    assert of(list(resolved), "synthesize") == ["synthesize@t1", "synthesize@t2"]
    assert of(list(resolved), "update") == ["update@t2", "update@t3"]
    assert of(list(resolved), "fetch") == []


def test_scripts_and_dvc_declare_the_same_parameters_and_outs(
    composed: Project, resolved: dict[str, Resolved], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(composed.root)
    for address, declared in resolved.items():
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


@pytest.mark.parametrize("kind", ["methods", "data/sources"])
def test_files_loaded_by_name_import_nothing_more(kind: str) -> None:
    """Else that file's imports would be undeclared dependencies of some runs only."""
    stage = {"methods": "update", "data/sources": "prepare"}[kind]
    src = ROOT / "src"
    closure = import_closure(ROOT / "stages" / f"{stage}.py", src=src)
    by_name = set((src / "ccsi" / kind).glob("*.py")) - closure
    assert by_name
    for file in by_name:
        assert import_closure(file, src=src) <= closure, file.name


def test_code_is_listed_in_order() -> None:
    for name in STAGES:
        stage = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"][name]
        code = [dep for dep in stage.get("do", stage)["deps"] if dep.startswith("src/")]
        assert code == sorted(set(code))


def test_exact_versions_are_an_input_of_what_computes_with_torch(
    resolved: dict[str, Resolved],
) -> None:
    for address, declared in resolved.items():
        computes = address.partition("@")[0] in WITH_TORCH
        assert ("runtime.lock" in declared.deps) == computes
        assert ("trainer" in declared.params) == computes


def test_no_key_is_one_that_the_run_cache_overlooks(composed: Project) -> None:
    """DVC leaves parameters named `size` and `nfiles` out of the run cache's key."""
    assert not {"size", "nfiles"} & set(_keys(composed.params()))


def _keys(value: object) -> list[str]:
    if not isinstance(value, dict):
        return []
    return [*value, *(key for inner in value.values() for key in _keys(inner))]
