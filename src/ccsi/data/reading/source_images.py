"""What a source of images gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ccsi.frame.errors import DataError
from ccsi.tasks.images import LabelledImages


@dataclass(frozen=True)
class SourceImages:
    """The images of some classes.

    names: their names, in the order they were asked for; labels are positions in `names`.
    grouped: whether groups were known and kept whole. warnings: one line each.
    """

    names: tuple[str, ...]
    train: LabelledImages
    val: LabelledImages
    test: LabelledImages
    grouped: bool
    warnings: tuple[str, ...] = ()


def chosen_names(names: Sequence[str], classes: Sequence[int]) -> tuple[str, ...]:
    """Names of the asked classes. Raises DataError for an id that the data set does not have."""
    unknown = [c for c in classes if not 0 <= c < len(names)]
    if unknown:
        raise DataError(f"class {unknown[0]} is unknown; the data set has 0..{len(names) - 1}")
    return tuple(names[c] for c in classes)
