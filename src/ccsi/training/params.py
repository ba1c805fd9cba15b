"""Parameters of the training loop, of the first task and of the updates."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ccsi.frame.section import Section


class OptimParams(Section):
    """SGD, its schedule, the batches and their augmentation."""

    epochs: int = Field(ge=1)
    batch: int = Field(ge=2)
    lr: float = Field(gt=0)
    momentum: float = Field(ge=0, lt=1)
    weight_decay: float = Field(ge=0)
    clip_norm: float = Field(ge=0)
    schedule: Literal["constant", "cosine", "plateau"]
    plateau_factor: float = Field(gt=0, lt=1)
    plateau_patience: int = Field(ge=1)
    symmetries: bool
    shift: int = Field(ge=0)
    noise: float = Field(ge=0)
    select: Literal["last", "best"]


class TrainParams(OptimParams):
    """Training of the first task (and of every task for a method that starts afresh)."""


class UpdateParams(OptimParams):
    """The update on a later task."""

    replay_ratio: Annotated[float, Field(ge=0, lt=1)] | Literal["balanced"]
    transplant: float = Field(ge=0, le=2)
    mixup: float = Field(ge=0, lt=1)
    class_weights: bool
    imprint: bool
    freeze_old_rows: bool
    margin: float = Field(ge=0, le=2)
    top_k: int = Field(ge=1)
    rho: float = Field(gt=0, le=1)
    tau: float = Field(gt=0)
    temperature: float = Field(gt=0)
    target: Literal["task", "validation"]
    reestimate_moments: bool
