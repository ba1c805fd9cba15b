"""The optimiser and the schedule of its learning rate."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.optim.sgd import sgd as sgd_step

from ccsi.training.params import OptimParams


@dataclass
class Group:
    """Parameters that share a weight decay; the momentum of each, None before its first step."""

    parameters: list[Tensor]
    weight_decay: float
    momenta: list[Tensor | None] = field(init=False)

    def __post_init__(self) -> None:
        self.momenta = [None] * len(self.parameters)


@dataclass
class SGD:
    """SGD with momentum, by the function behind `torch.optim.SGD`.

    The class itself loads PyTorch's compiler: 2 s of CPU and 150 MB in every process.
    """

    groups: list[Group]
    lr: float
    momentum: float

    def parameters(self) -> Iterator[tuple[Group, int]]:
        """Each parameter by its group and its place there, always in the same order."""
        for group in self.groups:
            for place in range(len(group.parameters)):
                yield group, place

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for group, place in self.parameters():
            group.parameters[place].grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Change every parameter that has a gradient."""
        for group in self.groups:
            places = [n for n, p in enumerate(group.parameters) if p.grad is not None]
            momenta = [group.momenta[n] for n in places]
            sgd_step(
                [group.parameters[n] for n in places],
                [grad for n in places if (grad := group.parameters[n].grad) is not None],
                momenta,
                weight_decay=group.weight_decay,
                momentum=self.momentum,
                lr=self.lr,
                dampening=0.0,
                nesterov=False,
                maximize=False,
            )
            for place, momentum in zip(places, momenta, strict=True):
                group.momenta[place] = momentum


def sgd(model: nn.Module, params: OptimParams) -> SGD:
    """SGD over every parameter; biases, norm gains and sigma take no weight decay."""
    plain: list[Tensor] = [p for p in model.parameters() if p.requires_grad and p.ndim < 2]
    decayed: list[Tensor] = [p for p in model.parameters() if p.requires_grad and p.ndim >= 2]
    groups = [Group(decayed, params.weight_decay), Group(plain, 0.0)]
    return SGD(groups, lr=params.lr, momentum=params.momentum)


class LearningRate:
    """constant; cosine decay to 0 over all steps; or lowered when the mean loss stops falling."""

    def __init__(self, optimiser: SGD, params: OptimParams, *, total_steps: int) -> None:
        self.optimiser, self.params, self.total_steps = optimiser, params, total_steps
        self.value, self._best, self._stale = params.lr, math.inf, 0

    def before_step(self, step: int) -> None:
        """Set the rate of this step, counted from 0 over the whole training."""
        if self.params.schedule == "cosine":
            self.value = self.params.lr * 0.5 * (1 + math.cos(math.pi * step / self.total_steps))
        self.optimiser.lr = self.value

    def after_epoch(self, loss: float) -> None:
        """On a plateau: times `plateau_factor` after `plateau_patience` epochs without progress."""
        if self.params.schedule != "plateau":
            return
        self._stale = 0 if loss < self._best else self._stale + 1
        self._best = min(loss, self._best)
        if self._stale >= self.params.plateau_patience:
            self.value *= self.params.plateau_factor
            self._stale = 0

    def capture(self) -> dict[str, float | int]:
        """What `restore` needs to go on."""
        return {"value": self.value, "best": self._best, "stale": self._stale}

    def restore(self, record: Mapping[str, float | int]) -> None:
        """Take up a captured state."""
        self.value, self._best = float(record["value"]), float(record["best"])
        self._stale = int(record["stale"])
