"""Parameters of the data set, its splits and its tasks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ccsi.frame.section import Section

Symmetry = Literal["flip_horizontal", "flip_vertical", "transpose"]


class DatasetParams(Section):
    """Where images come from and how they are split; conf/dataset/_base.yaml explains each key.

    `source` is the name of a module in ccsi/data/sources, so that a new source is a new file.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    path: str | None
    side: int | None = Field(ge=8, le=1024)
    channels: Literal[1, 3] | None
    classes: int | None = Field(ge=2)
    class_names: tuple[str, ...] | None
    class_order: Literal["natural", "random"] | tuple[int, ...]
    classes_per_task: int | None = Field(ge=1)
    paper_split: tuple[tuple[int, ...], ...] | None
    fraction: float = Field(gt=0, le=1)
    split_seed: int = Field(ge=0)
    val_fraction: float = Field(gt=0, lt=0.5)
    test_fraction: float = Field(gt=0, lt=0.5)
    groups: str | None
    symmetries: tuple[Symmetry, ...]
    licence: str | None

    @model_validator(mode="after")
    def _consistent(self) -> DatasetParams:
        if self.val_fraction + self.test_fraction > 0.8:
            raise ValueError("val_fraction + test_fraction leave less than 0.2 to training")
        if len(set(self.symmetries)) != len(self.symmetries):
            raise ValueError("symmetries names one twice")
        named = self.class_names
        if named is not None and self.classes is not None and len(named) != self.classes:
            raise ValueError(f"class_names has {len(named)} names, classes is {self.classes}")
        return self
