"""What the catalogue tells of one set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ccsi.data.params import Symmetry

TURNS: tuple[Symmetry, ...] = ("flip_horizontal", "flip_vertical", "transpose")
NONE: tuple[Symmetry, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One set. counts: images for training, validation, test. md5: of the file of each side."""

    class_names: tuple[str, ...]
    channels: int
    counts: tuple[int, int, int]
    licence: str
    symmetries: tuple[Symmetry, ...]
    paper_split: tuple[tuple[int, ...], ...] | None
    md5: Mapping[int, str]
