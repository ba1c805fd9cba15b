"""Tables of groups."""

import pytest

from ccsi.data.reading.group_table import file_groups, index_groups, table_inside
from ccsi.frame.errors import DataError

COUNTS = {"train": 2, "val": 1, "test": 1}


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "groups.csv"
        path.write_text(text)
        return path

    return write


def test_groups_follow_the_files(table):
    path = table("group,file,note\nann,a/1.png,x\nbob,b/2.png,\n")
    assert file_groups(path, ["b/2.png", "a/1.png"]) == ["bob", "ann"]


def test_a_byte_order_mark_is_no_part_of_a_column(table):
    assert file_groups(table("\ufefffile,group\na,x\n"), ["a"]) == ["x"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("name,group\na,x\n", "column file missing"),
        ("", "column file missing"),
        ("file,group\na,x\n", "no group for b"),
        ("file,group\na,x\nb,y\nc,z\n", "c is not there"),
        ("file,group\na,x\na,y\nb,z\n", "line 3: a stands there twice"),
        ("file,group\na,\nb,x\n", "line 2"),
        ("file,group\na\nb,x\n", "line 2"),
        ('file,group\n"a,x\n', "cannot be read as CSV"),
    ],
)
def test_faulty_tables_are_refused(table, text, word):
    with pytest.raises(DataError, match=word):
        file_groups(table(text), ["a", "b"])


def test_indices_are_split_by_split(table):
    path = table("split,index,group\ntest,0,d\ntrain,1,b\ntrain,0,a\nval,0,c\n")
    assert index_groups(path, COUNTS) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ("train,0,a\ntrain,1,b\nval,0,c\n", "no group for test image 0"),
        ("train,2,a\n", "index '2'"),
        ("train,-1,a\n", "index '-1'"),
        ("train,1.5,a\n", "index '1.5'"),
        ("dev,0,a\n", "split 'dev'"),
        ("train,0,a\ntrain,00,a\n", "twice"),
    ],
)
def test_faulty_indices_are_refused(table, rows, word):
    with pytest.raises(DataError, match=word):
        index_groups(table("split,index,group\n" + rows), COUNTS)


@pytest.mark.parametrize("name", ["../groups.csv", "/etc/passwd"])
def test_a_table_outside_is_refused(tmp_path, name):
    (tmp_path / "groups.csv").write_text("file,group\n")
    (tmp_path / "data").mkdir()
    with pytest.raises(DataError, match="leads out"):
        table_inside(tmp_path / "data", name)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(DataError, match=r"who\.csv: no such file"):
        table_inside(tmp_path, "who.csv")
