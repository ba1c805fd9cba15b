"""Tidy tables: what DVC's plots read."""

from pathlib import Path

import pytest

from ccsi.frame.artifacts import load_table
from ccsi.reporting.tables import POINTS, class_labels, make_tables, synthesis_table, write_tables
from tests.reporting.toy_run import make_run


def test_rows_and_order() -> None:
    tables = make_tables(make_run(tasks=11))
    tasks = [f"t{t}" for t in range(1, 12)]
    assert [row["task"] for row in tables["accuracy"].rows] == tasks * 2
    assert [row["task"] for row in tables["forgetting"].rows] == tasks
    assert len(tables["accuracy_matrix"].rows) == 11 * 12 // 2
    assert len(tables["recall"].rows) == 22
    assert len(tables["confusion"].rows) == 22 * 22
    assert len(tables["reliability"].rows) == 15


def test_confusion_shares_add_up() -> None:
    rows = make_tables(make_run())["confusion"].rows
    for name in {row["true"] for row in rows}:
        assert sum(row["share"] for row in rows if row["true"] == name) == pytest.approx(1)


def test_recall_names_the_task_of_each_class() -> None:
    rows = make_tables(make_run())["recall"].rows
    assert [row["task"] for row in rows] == ["t1", "t1", "t2", "t2", "t3", "t3"]


def test_no_table_is_ever_empty(tmp_path: Path) -> None:
    run = make_run(tasks=1, impressions=False)
    write_tables(tmp_path, make_tables(run))
    for file in tmp_path.glob("*.csv"):
        assert load_table(file), file.name


def test_same_bytes_twice(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_tables(tmp_path / folder, make_tables(make_run(seed=5)))
    names = sorted(file.name for file in (tmp_path / "a").iterdir())
    assert len(names) == 9
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_synthesis_is_averaged_over_classes_and_thinned() -> None:
    curve = [
        {"iteration": str(i), "class_id": str(c), "term": "tv", "value": str(i + 2 * c)}
        for i in range(1001)
        for c in range(3)
    ]
    rows = synthesis_table({"t1": curve}).rows
    # Classes add 0, 2 and 4: on average 2.
    assert all(row["value"] == row["iteration"] + 2 for row in rows)
    assert POINTS / 2 <= len(rows) <= POINTS + 1
    assert (rows[0]["iteration"], rows[-1]["iteration"]) == (0, 1000)


def test_class_labels_are_distinct_and_cannot_end_a_script() -> None:
    labels = class_labels(["a", "b", "a", "</script><script>alert(1)"])
    assert labels[:3] == ["a (0)", "b", "a (2)"]
    assert "<" not in labels[3]
