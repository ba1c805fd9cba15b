"""Folders as they lie on disk."""

import pytest

from ccsi.data.reading.image_tree import class_folders, read_tree
from ccsi.frame.errors import DataError
from tests.data.builders import write_images


def test_classes_and_files_in_natural_order(tmp_path):
    write_images(tmp_path, {"c10": 1, "c9": 12})
    (tmp_path / "README.txt").write_text("not a class")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "c9" / "Thumbs.db").write_text("")
    (tmp_path / "c9" / ".DS_Store").write_text("")
    tree = read_tree(tmp_path)
    assert tree.names == ("c9", "c10")
    assert tree.files == (*(f"c9/{i}.png" for i in range(12)), "c10/0.png")
    assert tree.labels.tolist() == [0] * 12 + [1]
    assert tree.splits is None


def test_given_splits(tmp_path):
    for split, count in (("train", 3), ("val", 1), ("test", 2)):
        write_images(tmp_path / split, {"a": count, "b": count})
    tree = read_tree(tmp_path)
    assert tree.names == ("a", "b")
    assert tree.splits is not None
    assert tree.splits.tolist() == [0] * 6 + [1] * 2 + [2] * 4
    assert tree.files[0] == "train/a/0.png"


def test_given_splits_must_be_whole(tmp_path):
    write_images(tmp_path / "train", {"a": 1})
    write_images(tmp_path / "test", {"a": 1})
    with pytest.raises(DataError, match="exactly the folders train, val and test"):
        class_folders(tmp_path)
    write_images(tmp_path / "val", {"b": 1})
    with pytest.raises(DataError, match="val: its classes are not those of"):
        class_folders(tmp_path)


def test_missing_or_empty_folders_are_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        class_folders(tmp_path / "none")
    with pytest.raises(DataError, match="holds no class folders"):
        class_folders(tmp_path)
    (tmp_path / "a").mkdir()
    with pytest.raises(DataError, match="holds no images"):
        read_tree(tmp_path)


def test_strange_contents_are_refused(tmp_path):
    write_images(tmp_path, {"a": 1})
    (tmp_path / "a" / "notes.txt").write_text("")
    with pytest.raises(DataError, match=r"notes\.txt: not one of"):
        read_tree(tmp_path)
    (tmp_path / "a" / "notes.txt").unlink()
    (tmp_path / "a" / "deep").mkdir()
    with pytest.raises(DataError, match="a folder inside a class folder"):
        read_tree(tmp_path)


@pytest.mark.parametrize("name", ["a\nb", "a\\b"])
def test_strange_class_names_are_refused(tmp_path, name):
    write_images(tmp_path, {name: 1})
    with pytest.raises(DataError, match="class name"):
        class_folders(tmp_path)


def test_undecodable_names_are_refused(tmp_path):
    (tmp_path / "caf\udce9").mkdir()
    with pytest.raises(DataError, match="not valid text"):
        class_folders(tmp_path)


def test_links_may_not_lead_out(tmp_path):
    root = write_images(tmp_path / "root", {"a": 1})
    outside = write_images(tmp_path / "outside", {"b": 1})
    (root / "a" / "inside.png").symlink_to(root / "a" / "0.png")
    assert len(read_tree(root).files) == 2
    (root / "b").symlink_to(outside / "b")
    with pytest.raises(DataError, match="a link that leads out"):
        class_folders(root)
    (root / "b").unlink()
    (root / "a" / "1.png").symlink_to(outside / "b" / "0.png")
    with pytest.raises(DataError, match="a link that leads out"):
        read_tree(root)


def test_links_to_nothing_are_refused(tmp_path):
    write_images(tmp_path, {"a": 1})
    (tmp_path / "a" / "1.png").symlink_to(tmp_path / "a" / "none.png")
    with pytest.raises(DataError, match="a link to nothing"):
        read_tree(tmp_path)
    (tmp_path / "a" / "1.png").unlink()
    (tmp_path / "a" / "1.png").symlink_to(tmp_path / "a" / "1.png")
    with pytest.raises(DataError, match="link"):
        read_tree(tmp_path)
