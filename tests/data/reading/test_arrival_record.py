"""The record of arrivals only grows."""

import json
import shutil

import pytest

from ccsi.data.reading.arrival_record import arrivals, record_arrivals
from ccsi.frame.errors import DataError


def arrive(root, name, *classes):
    for entry in classes:
        (root / name / entry).mkdir(parents=True)


def names(root):
    return [arrival.name for arrival in arrivals(root)]


def test_natural_order_at_first_then_order_of_arrival(tmp_path):
    arrive(tmp_path, "t10", "c", "d")
    arrive(tmp_path, "t9", "b", "a")
    assert names(tmp_path) == ["t9", "t10"]
    assert arrivals(tmp_path)[0].classes == ("a", "b")
    assert record_arrivals(tmp_path) == ["t9", "t10"]
    arrive(tmp_path, "t1", "e")
    assert names(tmp_path) == ["t9", "t10", "t1"]


def test_a_deleted_folder_keeps_its_place(tmp_path):
    arrive(tmp_path, "t1", "a")
    arrive(tmp_path, "t2", "b")
    record_arrivals(tmp_path)
    before = arrivals(tmp_path)
    shutil.rmtree(tmp_path / "t1")
    assert arrivals(tmp_path) == before
    arrive(tmp_path, "t3", "c")
    assert record_arrivals(tmp_path) == ["t3"]
    assert arrivals(tmp_path)[:2] == before


def test_nothing_new_writes_nothing(tmp_path):
    arrive(tmp_path, "t1", "a")
    record_arrivals(tmp_path)
    stamp = (tmp_path / "arrivals.json").stat().st_mtime_ns
    assert record_arrivals(tmp_path) == []
    assert (tmp_path / "arrivals.json").stat().st_mtime_ns == stamp


def test_reading_writes_nothing(tmp_path):
    arrive(tmp_path, "t1", "a")
    arrivals(tmp_path)
    assert not (tmp_path / "arrivals.json").exists()


def test_a_changed_arrival_is_refused(tmp_path):
    arrive(tmp_path, "t1", "a")
    record_arrivals(tmp_path)
    arrive(tmp_path, "t1", "b")
    with pytest.raises(DataError, match="arrived with a, now has a, b"):
        arrivals(tmp_path)


def test_a_class_that_comes_back_is_refused_even_when_its_folder_is_gone(tmp_path):
    arrive(tmp_path, "t1", "a", "b")
    record_arrivals(tmp_path)
    shutil.rmtree(tmp_path / "t1")
    arrive(tmp_path, "t2", "b")
    with pytest.raises(DataError, match="class 'b' of t2 already arrived with t1"):
        arrivals(tmp_path)


def test_empty_arrivals_are_refused(tmp_path):
    with pytest.raises(DataError, match="holds no arrivals"):
        arrivals(tmp_path)
    (tmp_path / "t1").mkdir()
    with pytest.raises(DataError, match="holds no class folders"):
        arrivals(tmp_path)


@pytest.mark.parametrize(
    "record",
    [
        "{",
        "[]",
        "{}",
        json.dumps({"arrivals": ["t1"]}),
        json.dumps({"arrivals": [{"name": "t1"}]}),
        json.dumps({"arrivals": [{"name": "t1", "classes": []}]}),
        json.dumps({"arrivals": [{"name": "t1", "classes": ["a", 3]}]}),
        json.dumps({"arrivals": [{"name": "../t1", "classes": ["a"]}]}),
        json.dumps({"arrivals": [{"name": "t1", "classes": ["../a"]}]}),
        json.dumps(
            {"arrivals": [{"name": "t", "classes": ["a"]}, {"name": "t", "classes": ["b"]}]}
        ),
    ],
)
def test_a_damaged_record_is_refused(tmp_path, record):
    arrive(tmp_path, "t1", "a")
    (tmp_path / "arrivals.json").write_text(record)
    with pytest.raises(DataError, match=r"arrivals\.json"):
        arrivals(tmp_path)
