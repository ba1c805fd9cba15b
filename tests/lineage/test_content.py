"""A search by content finds the images, whatever array they lie in, and survives damaged files."""

from pathlib import Path

import numpy as np
import pytest

from ccsi.lineage.content import Fingerprints, find_copies, image_digests


def images(count: int, *, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 4, 4, 1), dtype=np.uint8)


def test_one_image_is_found_among_others_and_others_are_not(tmp_path: Path) -> None:
    np.save(tmp_path / "task.npy", images(3, seed=0))
    np.save(tmp_path / "holds.npy", np.concatenate([images(2, seed=1), images(3, seed=0)[1:2]]))
    np.save(tmp_path / "other.npy", images(3, seed=1))
    known = Fingerprints()
    known.add(tmp_path / "task.npy")
    others = [tmp_path / "holds.npy", tmp_path / "other.npy"]
    assert find_copies(known, others) == [tmp_path / "holds.npy"]


@pytest.mark.parametrize(
    "array",
    [np.zeros((2, 4, 4, 1), np.float32), np.zeros((2, 4, 4), np.uint8),
     np.zeros((0, 4, 4, 1), np.uint8), np.zeros((2, 0, 4, 1), np.uint8),
     np.asfortranarray(images(2, seed=0)), np.full((2, 4, 4, 1), 7, np.uint8)],
    ids=["not uint8", "three axes", "no image", "no pixel", "Fortran", "of one value"],
)  # fmt: skip
def test_what_is_no_array_of_images_has_no_digests(tmp_path: Path, array: np.ndarray) -> None:
    np.save(tmp_path / "x.npy", array)
    assert image_digests(tmp_path / "x.npy") == set()


HEADER = b"{'descr': '|u1', 'fortran_order': False, 'shape': (2, 4, 4, 1), }"


@pytest.mark.parametrize(
    "header",
    [b"{'descr': (", b"  x\n y", b"{}", HEADER],
    ids=["unclosed", "badly indented", "without keys", "shorter than it says"],
)
def test_a_damaged_array_holds_nothing(tmp_path: Path, header: bytes) -> None:
    start = b"\x93NUMPY\x01\x00" + (len(header) + 1).to_bytes(2, "little")
    (tmp_path / "x.npy").write_bytes(start + header + b"\n" + b"xy")
    known = Fingerprints(images={b"a digest"})
    assert find_copies(known, [tmp_path / "x.npy"]) == []
