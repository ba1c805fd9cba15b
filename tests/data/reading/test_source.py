"""Sources share everything but their own file, and import nothing heavy."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from ccsi.data.reading.source import open_source
from ccsi.frame.errors import DataError
from tests.data.builders import dataset_params

SRC = Path(__file__).parents[3] / "src"
SOURCES = sorted(path.stem for path in (SRC / "ccsi/data/sources").glob("[a-z]*.py"))


def file_of(module):
    path = SRC.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def closure(module, seen=None):
    """All modules of ccsi that `module` imports at its top or inside, and itself."""
    seen = set() if seen is None else seen
    if module in seen or not file_of(module).is_file():
        return seen
    seen.add(module)
    for node in ast.walk(ast.parse(file_of(module).read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ccsi"):
            closure(node.module, seen)
            for alias in node.names:
                closure(f"{node.module}.{alias.name}", seen)
    return seen


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_adds_its_own_file_only(source):
    own = f"ccsi.data.sources.{source}"
    assert closure(own) - {own} <= closure("ccsi.data.reading.prepare")
    assert not any(m.startswith("ccsi.data.sources.") for m in closure("ccsi.data.reading.prepare"))


def test_prepare_does_not_know_the_download():
    assert "ccsi.data.download" not in closure("ccsi.data.reading.prepare")


def test_nothing_heavy_is_imported():
    heavy = ("torch", "torchvision", "medmnist", "pandas", "sklearn", "matplotlib", "dvc", "hydra")
    code = (
        "import sys, ccsi.data.reading.prepare, ccsi.class_means, ccsi.data.layout;"
        "import ccsi.data.download;"
        "from ccsi.data.reading.source import open_source;"
        f"[open_source(s) for s in {SOURCES!r}];"
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=SRC, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_an_unknown_source_is_refused():
    with pytest.raises(DataError, match="'dicom' is unknown"):
        open_source("dicom")


@pytest.mark.parametrize(
    ("source", "changes", "word"),
    [
        ("digits", {"path": "x"}, "embedded"),
        ("bloodmnist", {"path": "x"}, "dataset=npz"),
        ("folder", {"path": ".", "class_names": ["a", "b"]}, "name their classes"),
        ("arrivals", {"path": ".", "class_names": ["a", "b"]}, "name their classes"),
        ("npz", {}, "path is null"),
        ("folder", {}, "path is null"),
        ("arrivals", {}, "path is null"),
    ],
)
def test_keys_that_mean_nothing_to_a_source_are_refused(source, changes, word):
    dataset = dataset_params(source, **changes)
    with pytest.raises(DataError, match=word):
        open_source(dataset.source).class_names(dataset)
