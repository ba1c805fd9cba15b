"""Every stage, run for real: what it reads is what it declares, no more and no less."""

from __future__ import annotations

import pytest

from ccsi.lineage.holders import PLACEHOLDERS
from tests.pipeline.imports import code_of
from tests.pipeline.project import ROOT, Project, Resolved
from tests.pipeline.records import Record, covered, data_files, record_of
from tests.pipeline.scripts import script_of

pytestmark = pytest.mark.slow

WITH_TORCH = {"train", "synthesize", "update", "calibrate", "evaluate"}


@pytest.fixture(scope="module")
def resolved(finished: Project) -> dict[str, Resolved]:
    return finished.resolved()


@pytest.fixture(scope="module")
def records(
    finished: Project, resolved: dict[str, Resolved], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Record]:
    """What every stage of a finished project reads when it runs once more."""
    folder = tmp_path_factory.mktemp("records")
    project = finished.clone(folder / "project")
    found = {}
    for address, stage in resolved.items():
        found[address] = record_of(project, address, stage, out=folder / f"{address}.json")
    return found


def test_parameters_read_are_those_declared(
    records: dict[str, Record], resolved: dict[str, Resolved]
) -> None:
    for address, record in records.items():
        assert (address, set(record["parameters"])) == (address, set(resolved[address].params))


def test_code_loaded_is_the_code_declared(
    records: dict[str, Record], resolved: dict[str, Resolved]
) -> None:
    for address, record in records.items():
        declared = code_of(resolved[address].deps, root=ROOT)
        script = script_of(resolved[address].command)[0]
        assert (address, {*record["modules"], script}) == (address, declared)


def test_every_file_opened_is_declared(
    records: dict[str, Record], resolved: dict[str, Resolved]
) -> None:
    for address, record in records.items():
        deps = resolved[address].deps
        undeclared = {path for path in data_files(record) if not covered(path, deps)}
        assert (address, undeclared) == (address, set())


def test_every_declared_file_is_opened(
    records: dict[str, Record], resolved: dict[str, Resolved]
) -> None:
    """Placeholders alone need not be: for "nothing before", and for the check of the layout."""
    for address, record in records.items():
        data = {dep for dep in resolved[address].deps if not dep.startswith(("src/", "stages/"))}
        data -= set(PLACEHOLDERS)
        unread = {dep for dep in data if not any(covered(f, {dep}) for f in data_files(record))}
        assert (address, unread) == (address, set())


def test_only_what_computes_with_torch_imports_it(records: dict[str, Record]) -> None:
    """An import costs seconds, at every stage of every run."""
    for address, record in records.items():
        computes = address.partition("@")[0] in WITH_TORCH
        assert (address, record["heavy"]) == (address, ["torch"] if computes else [])
