"""Small data sets for the tests of ccsi.data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

from ccsi.data.params import DatasetParams
from ccsi.frame.section import parse

CONF = Path(__file__).parents[2] / "conf" / "dataset"


def dataset_params(chosen: str, /, **changes: Any) -> DatasetParams:
    """Parameters as conf/dataset/<chosen>.yaml composes them, with changes."""
    values = section("_base") | section(chosen) | changes
    return parse(DatasetParams, values, where="dataset")


def section(name: str) -> dict[str, Any]:
    """The section `dataset` of conf/dataset/<name>.yaml alone."""
    values: dict[str, Any] = yaml.safe_load((CONF / f"{name}.yaml").read_text())["dataset"]
    return values


def npz_arrays(
    *, classes: int = 3, each: int = 4, side: int = 8, channels: int | None = 3
) -> dict[str, np.ndarray]:
    """MedMNIST-format arrays: `each` images of each class in train, half of it in val and test."""
    generator = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", each), ("val", each // 2), ("test", each // 2)):
        labels = np.tile(np.arange(classes, dtype=np.uint8), count)
        shape = (len(labels), side, side, *((channels,) if channels else ()))
        arrays[f"{split}_images"] = generator.integers(0, 256, shape, dtype=np.uint8)
        arrays[f"{split}_labels"] = labels[:, None]
    return arrays


def write_npz(path: Path, arrays: Mapping[str, np.ndarray]) -> Path:
    """Write arrays as a compressed npz file."""
    np.savez_compressed(path, **arrays)
    return path


def write_images(
    root: Path, counts: Mapping[str, int], *, side: int = 8, mode: str = "RGB", first: int = 0
) -> Path:
    """Write `<root>/<class>/<i>.png`, each image of one random colour."""
    generator = np.random.default_rng(first)
    for name, count in counts.items():
        (root / name).mkdir(parents=True, exist_ok=True)
        for i in range(first, first + count):
            colour = tuple(int(c) for c in generator.integers(0, 256, 3))
            Image.new("RGB", (side, side), colour).convert(mode).save(root / name / f"{i}.png")
    return root


def write_table(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """Write rows as CSV."""
    path.write_text("".join(",".join(str(cell) for cell in row) + "\n" for row in rows))
    return path


def group_rows(group_of: Mapping[str, str]) -> list[list[str]]:
    """Rows of a group table, header included."""
    return [["file", "group"], *([file, group] for file, group in sorted(group_of.items()))]
