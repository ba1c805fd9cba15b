"""Parameters of the machine the learning stages run on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ccsi.frame.section import Section


class TrainerParams(Section):
    """Each changes the bytes of a result, so it is a parameter and not a default.

    threads: of each process. accelerator, devices and precision hold for what trains and
    synthesises; `devices` processes share the work, each with a device of its own.
    """

    threads: int = Field(ge=1)
    accelerator: Literal["auto", "cpu", "cuda", "mps"]
    devices: int = Field(ge=1)
    precision: Literal["32-true", "bf16-mixed"]
