"""The loader in docs/own-data.md: its own test passes, and it imports nothing undeclared."""

import re
from pathlib import Path

import pytest

from ccsi.data import sources
from ccsi.data.reading.source import open_source
from ccsi.frame.errors import DataError
from tests.data import builders
from tests.data.reading.test_source import closure
from tests.docs.guides import blocks

GUIDE = Path(__file__).parents[2] / "docs/own-data.md"
SOURCE = "src/ccsi/data/sources/labelled_table.py"
CONF = "conf/dataset/labelled_table.yaml"
TEST = "tests/data/test_labelled_table.py"


def content(named):
    """The code block whose first line names the file."""
    (found,) = (b.body for b in blocks(GUIDE) if b.body.startswith(f"# {named}\n"))
    return found.partition("\n")[2]


@pytest.fixture
def loader(tmp_path, monkeypatch):
    """The documented files, where the project would have them."""
    for name in (SOURCE, CONF):
        (tmp_path / Path(name).name).write_text(content(name))
    (tmp_path / "_base.yaml").write_text((builders.CONF / "_base.yaml").read_text())
    monkeypatch.setattr(builders, "CONF", tmp_path)
    monkeypatch.setattr(sources, "__path__", [*sources.__path__, str(tmp_path)])
    return tmp_path


def test_the_documented_test_passes(loader, tmp_path):
    names = {}
    exec(compile(content(TEST), TEST, "exec"), names)
    (tmp_path / "images").mkdir()
    names["test_images_are_found_by_the_table"](tmp_path / "images")


def test_a_table_that_leads_out_or_lacks_a_column_is_refused(loader, tmp_path):
    dataset = builders.dataset_params("labelled_table", path=str(tmp_path))
    for table, word in (("file,class\n../a.png,x\n", "leads out"), ("file\na.png\n", "class")):
        (tmp_path / "labels.csv").write_text(table)
        with pytest.raises(DataError, match=word):
            open_source("labelled_table").class_names(dataset)


def test_it_imports_nothing_that_prepare_does_not_declare():
    imported = re.findall(r"^from (ccsi\S+)", content(SOURCE), re.M)
    assert len(imported) == 6
    assert set(imported) <= closure("ccsi.data.reading.prepare")
