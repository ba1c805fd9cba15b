"""The constants of the method, read from a params.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccsi.frame.declared import Declared
from ccsi.frame.errors import ParameterError
from ccsi.frame.section import Section, merge, parse
from ccsi.losses.params import LossWeights
from ccsi.models.params import ModelParams
from ccsi.synthesis.params import SynthesisParams
from ccsi.training.params import TrainParams, UpdateParams


@dataclass(frozen=True)
class Settings:
    """Every constant of the method; the names and units are those of params.yaml.

    symmetries: which the images have: flip_horizontal, flip_vertical, transpose.
    """

    model: ModelParams
    train: TrainParams
    synthesis: SynthesisParams
    update: UpdateParams
    loss: LossWeights
    method: str
    seed: int
    symmetries: tuple[str, ...] = ()


def read_settings(
    path: str | Path, *, seed: int | None = None, **changes: Mapping[str, Any]
) -> Settings:
    """The sections of a params.yaml; `train={"epochs": 2}` and so on are laid over them.

    Raises ParameterError.
    """
    kinds: dict[str, type[Section]] = {
        "model": ModelParams,
        "train": TrainParams,
        "synthesis": SynthesisParams,
        "update": UpdateParams,
        "loss": LossWeights,
    }
    if unknown := set(changes) - set(kinds):
        raise ParameterError(f"unknown section {min(unknown)}; known: {', '.join(kinds)}")
    others = ("method.name", "seed", "dataset.symmetries")
    read = Declared((*kinds, *others), Path(path))
    sections: dict[str, Any] = {
        name: parse(kind, merge(read.value(name), changes.get(name)), where=name)
        for name, kind in kinds.items()
    }
    return Settings(
        **sections,
        method=str(read.value("method.name")),
        seed=int(read.value("seed")) if seed is None else seed,
        symmetries=tuple(read.value("dataset.symmetries")),
    )
