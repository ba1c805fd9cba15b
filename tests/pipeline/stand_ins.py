"""What stands in for a reader's own images and hours, so that the guides' commands can be run."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from tests.docs.guides import ROOT, blocks
from tests.pipeline.project import Project

LESS = {
    "method=ccsi,ccsi-local": "method=ccsi",
    "seed=range(0,3)": "seed=0",
    "dataset.side=32": "dataset.side=16",  # as the image that is classified
    "budget=full": "budget=demo",  # what the tiny project recorded wins over either
    "30": "2",  # trials
    "2": "1",  # jobs
    "data/models/t5": "data/models/t2",
}
LIMIT = 1500  # seconds; only against hanging


def run_in_small(guide: str, project: Project, stand_ins: Mapping[str, str]) -> int:
    """Run the commands of the blocks that are marked so; how many there were.

    stand_ins: what takes the place of a part of a word, and before that LESS, of whole words.
    """
    ran = 0
    for block in blocks(ROOT / guide):
        for command in block.commands if block.in_small else ():
            words = [LESS.get(word, word) for word in command]
            for theirs, ours in stand_ins.items():
                words = [word.replace(theirs, ours) for word in words]
            told = project.ccsi(*words[1:]) if words[0] == "ccsi" else project.run(*words)
            assert "ERROR" not in told.stderr
            if words[:3] == ["dvc", "queue", "start"]:
                wait_for_queue(project)
            ran += 1
    return ran


def wait_for_queue(project: Project) -> None:
    """Until every queued run is done. Raises AssertionError where one failed."""
    deadline = time.monotonic() + LIMIT
    while True:
        told = project.dvc("queue", "status").stdout
        assert "Failed" not in told, told
        if "Running" not in told and "Queued" not in told:
            assert "Success" in told, told
            return
        assert time.monotonic() < deadline, told
        time.sleep(5)


def class_folder(folder: Path) -> Path:
    """Four classes of twenty images, a folder each."""
    for number in range(4):
        place = folder / f"class {number}"
        place.mkdir(parents=True)
        for image, pixels in enumerate(pictures(20, seed=number)):
            Image.fromarray(pixels[..., 0]).save(place / f"{image:02}.png")
    return folder


def npz_file(path: Path) -> Path:
    """MedMNIST's format: four classes, in colour."""
    arrays = {}
    for seed, (split, count) in enumerate((("train", 48), ("val", 16), ("test", 16))):
        arrays[f"{split}_images"] = pictures(count, seed=seed, channels=3)
        arrays[f"{split}_labels"] = np.arange(count)[:, None] % 4
    np.savez(path, **arrays)
    return path


def pictures(count: int, *, seed: int, channels: int = 1) -> np.ndarray:
    """uint8 [count, 16, 16, channels] of noise."""
    shape = (count, 16, 16, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
