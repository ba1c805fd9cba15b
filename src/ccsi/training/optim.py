"""The optimiser and the schedule of its learning rate."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import nn

from ccsi.training.params import OptimParams


def sgd(model: nn.Module, params: OptimParams) -> torch.optim.SGD:
    """SGD over every parameter; biases, norm gains and sigma take no weight decay."""
    plain = [p for p in model.parameters() if p.requires_grad and p.ndim < 2]
    decayed = [p for p in model.parameters() if p.requires_grad and p.ndim >= 2]
    groups = [
        {"params": decayed, "weight_decay": params.weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    return torch.optim.SGD(groups, lr=params.lr, momentum=params.momentum)


class LearningRate:
    """constant; cosine decay to 0 over all steps; or lowered when the mean loss stops falling."""

    def __init__(
        self, optimiser: torch.optim.SGD, params: OptimParams, *, total_steps: int
    ) -> None:
        self.optimiser, self.params, self.total_steps = optimiser, params, total_steps
        self.value, self._best, self._stale = params.lr, math.inf, 0

    def before_step(self, step: int) -> None:
        """Set the rate of this step, counted from 0 over the whole training."""
        if self.params.schedule == "cosine":
            self.value = self.params.lr * 0.5 * (1 + math.cos(math.pi * step / self.total_steps))
        for group in self.optimiser.param_groups:
            group["lr"] = self.value

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
