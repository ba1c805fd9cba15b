from pathlib import Path

import numpy as np
import pytest

from ccsi.frame import artifacts
from ccsi.frame.errors import ArtifactError


def test_arrays_come_back_the_same_and_can_be_mapped(tmp_path: Path) -> None:
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4).transpose(2, 0, 1)
    artifacts.save_array(tmp_path / "deep" / "a.npy", array)
    np.testing.assert_array_equal(artifacts.load_array(tmp_path / "deep" / "a.npy"), array)
    mapped = artifacts.load_array(tmp_path / "deep" / "a.npy", memory_map=True)
    assert isinstance(mapped, np.memmap)
    np.testing.assert_array_equal(mapped, array)


def test_nothing_is_pickled_or_unpickled(tmp_path: Path) -> None:
    hostile = tmp_path / "object.npy"
    np.save(hostile, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ArtifactError, match=r"object\.npy"):
        artifacts.load_array(hostile)
    with pytest.raises(ValueError, match="allow_pickle"):
        artifacts.save_array(tmp_path / "out.npy", np.array([{}], dtype=object))
    assert not (tmp_path / "out.npy").exists()


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"not an array"])
def test_a_damaged_array_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(content)
    with pytest.raises(ArtifactError, match=r"cannot read .*a\.npy"):
        artifacts.load_array(path)


def test_json_is_sorted_and_refuses_nan(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    artifacts.save_json(path, {"b": 1, "a": [0.5]})
    assert path.read_text() == '{\n  "a": [\n    0.5\n  ],\n  "b": 1\n}\n'
    with pytest.raises(ValueError, match="Out of range float"):
        artifacts.save_json(path, {"a": float("nan")})
    assert artifacts.load_json(path) == {"a": [0.5], "b": 1}


@pytest.mark.parametrize("content", ["", "[1]", "{"])
def test_unusable_json_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "r.json"
    path.write_text(content)
    with pytest.raises(ArtifactError, match=r"r\.json"):
        artifacts.load_json(path)


def test_tables_have_a_header_and_stable_numbers(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [{"x": 1, "y": 1 / 3}, {"x": 2}]
    artifacts.save_table(path, rows, columns=("x", "y"))
    assert path.read_text() == "x,y\n1,0.333333\n2,\n"
    assert artifacts.load_table(path) == [{"x": "1", "y": "0.333333"}, {"x": "2", "y": ""}]


def test_a_failed_write_leaves_the_earlier_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "kept.txt"
    artifacts.write_text(path, "before")

    def write_half() -> None:
        with artifacts.atomic_path(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        write_half()
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["kept.txt"]


def test_a_refusing_file_system_gives_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        ArtifactError, match=r"cannot write .*file/x\.json: (Not a directory|File exists)"
    ):
        artifacts.save_json(tmp_path / "file" / "x.json", {})


def test_a_full_disk_gives_one_line_and_spoils_nothing(tmp_path: Path) -> None:
    path = tmp_path / "kept.txt"
    artifacts.write_text(path, "before")

    def meet_a_full_disk() -> None:
        with artifacts.atomic_path(path):
            raise OSError(28, "No space left on device")

    with pytest.raises(ArtifactError, match=r"cannot write .*kept\.txt: No space left on device"):
        meet_a_full_disk()
    assert path.read_text() == "before"
