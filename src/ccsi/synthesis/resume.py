"""The state of a synthesis: finished batches and the one being optimised, captured and restored."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Generator, Tensor

from ccsi.execution.checkpoint import State
from ccsi.execution.devices import Devices
from ccsi.synthesis.adam import Adam
from ccsi.synthesis.params import SynthesisParams

Points = list[dict[str, float]]


NEVER = 1 << 62


@dataclass
class Inversion:
    """A batch of images being optimised, with Adam's moments and the best image of each start.

    broken: the first step whose loss or gradient was not finite, or NEVER. unseen: the points of
    the curve that the host has not looked at, (step, {term: scalar}).
    """

    images: Tensor
    optimiser: Adam
    best: Tensor
    best_loss: Tensor
    broken: Tensor
    step: int = 0
    curve: Points = field(default_factory=list)
    unseen: list[tuple[int, dict[str, Tensor]]] = field(default_factory=list)

    @classmethod
    def begin(cls, start: Tensor, params: SynthesisParams) -> Inversion:
        """From images [N, C, H, W] in [0, 1]."""
        images = start.clone().requires_grad_(True)
        optimiser = Adam(images, lr=params.lr, betas=params.betas)
        never = torch.full((), NEVER, device=start.device)
        worst = start.new_full((len(start),), float("inf"))
        return cls(images, optimiser, start.clone(), worst, never)

    def note(self, finite: Tensor) -> None:
        """Whether this step's loss and gradient are finite, a scalar; nothing waits for it."""
        self.broken = torch.where(finite, self.broken, self.broken.clamp(max=self.step))

    def look(self) -> int | None:
        """Take what was unseen into the curve; the first broken step. The host waits for both."""
        scalars = [value for _, terms in self.unseen for value in terms.values()]
        values = iter(torch.stack(scalars).tolist() if scalars else ())
        for step, terms in self.unseen:
            named = {name: next(values) for name in terms}
            self.curve.append({"iteration": float(step + 1), **named})
        self.unseen = []
        broken = int(self.broken)
        return None if broken == NEVER else broken


@dataclass
class Synthesis:
    """What `synthesize` changes: finished images uint8 and curves by batch, and the open batch."""

    generator: Generator
    finished: list[Tensor] = field(default_factory=list)
    curves: list[Points] = field(default_factory=list)
    open: Inversion | None = None

    def capture(self) -> State:
        """The state after a step."""
        tensors = {f"finished/{number}": images for number, images in enumerate(self.finished)}
        tensors["generator"] = self.generator.get_state()
        record = {"finished": len(self.finished), "curves": self.curves, "open": None}
        if self.open is not None:
            at = self.open
            tensors |= {f"adam/{name}": value for name, value in at.optimiser.state.items()}
            tensors |= {"images": at.images, "best": at.best, "best_loss": at.best_loss}
            record["open"] = {"step": at.step, "curve": at.curve}
        return State(tensors, record)

    def restore(self, state: State, params: SynthesisParams, devices: Devices) -> None:
        """Take up a captured state. Raises KeyError for one of another synthesis."""
        tensors, record = state.tensors, state.record
        self.finished = [tensors[f"finished/{number}"] for number in range(record["finished"])]
        self.curves = record["curves"]
        self.generator.set_state(tensors["generator"])
        if record["open"] is None:
            self.open = None
            return
        self.open = Inversion.begin(devices.place(tensors["images"]), params)
        self.open.best = devices.place(tensors["best"])
        self.open.best_loss = devices.place(tensors["best_loss"])
        self.open.step, self.open.curve = record["open"]["step"], record["open"]["curve"]
        names = [name.partition("/")[2] for name in tensors if name.startswith("adam/")]
        self.open.optimiser.restore({name: tensors[f"adam/{name}"] for name in names}, devices)
