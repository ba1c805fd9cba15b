"""A set on disk gives what a set in memory gives, and does not come into memory as a whole."""

from pathlib import Path

import numpy as np
import pytest
import torch

from ccsi.execution import images
from ccsi.execution.images import ImageSet
from ccsi.frame.artifacts import load_array, save_array
from tests.memory import peak_growth

COUNT, SIDE = 400, 224
WHOLE = COUNT * SIDE * SIDE * 3
LABELS = np.arange(COUNT) % 2


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("images") / "images.npy"
    drawn = np.random.default_rng(0).integers(0, 256, (COUNT, SIDE, SIDE, 3), dtype=np.uint8)
    save_array(path, drawn)
    return path


@pytest.fixture
def on_disk(file: Path, monkeypatch: pytest.MonkeyPatch) -> ImageSet:
    monkeypatch.setattr(images, "IN_MEMORY", 1 << 20)
    return ImageSet.from_arrays(load_array(file, memory_map=True), LABELS)


def test_pixels_and_parts_are_those_of_a_set_in_memory(file: Path, on_disk: ImageSet) -> None:
    in_memory = ImageSet.from_arrays(load_array(file)[:9], LABELS[:9])
    assert in_memory.file is None
    assert on_disk.file is not None
    rows = torch.tensor([8, 0, 3, 3])
    mine, theirs = on_disk.pixels(rows), in_memory.pixels(rows)
    assert torch.equal(mine, theirs)
    assert mine.stride() == theirs.stride()
    assert torch.equal(next(on_disk.parts()), in_memory.images[:5])
    assert sum(len(part) for part in on_disk.parts()) == COUNT


def test_reading_all_of_it_holds_only_a_part(on_disk: ImageSet) -> None:
    def read() -> None:
        for rows in torch.split(torch.randperm(COUNT), 4):
            on_disk.pixels(rows)
        for _ in on_disk.parts():
            pass

    assert peak_growth(read) < WHOLE / 2


def test_a_part_of_a_mapped_array_is_read(file: Path, on_disk: ImageSet) -> None:
    part = ImageSet.from_arrays(load_array(file, memory_map=True)[20:40], LABELS[20:40])
    assert part.file is None
    assert torch.equal(part.images[0], on_disk.images[20])
