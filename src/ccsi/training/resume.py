"""The state of a training: everything that one step hands to the next, captured and restored.

A training that is restored ends with the bytes of one that was never interrupted, so that nothing
may be missing here: weights and running moments, momentum, the learning rate's plateau, generators
and packs of the sampler, running class scores, the best epoch's weights, sums and curve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor

from ccsi.execution.checkpoint import State
from ccsi.models.classifier import Classifier
from ccsi.training.optim import SGD, LearningRate
from ccsi.training.sampling import RehearsalSampler
from ccsi.training.step import TermMemory

Curve = list[dict[str, float | int | str]]


@dataclass
class Best:
    """Validation accuracy and weights of the best epoch so far."""

    accuracy: float = -1.0
    state: dict[str, Tensor] | None = None


@dataclass
class Training:
    """What `ccsi.training.loop.fit` changes; `epoch` counts finished epochs, `sums` is the current
    one's sum of each term.
    """

    classifier: Classifier
    optimiser: SGD
    rate: LearningRate
    sampler: RehearsalSampler
    memory: TermMemory
    epoch: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    curve: Curve = field(default_factory=list)
    best: Best = field(default_factory=Best)

    def capture(self) -> State:
        """The state after a step."""
        sampler = self.sampler.capture()
        tensors = {f"model/{name}": value for name, value in self.classifier.state_dict().items()}
        tensors |= {f"sampler/{name}": value for name, value in sampler.tensors.items()}
        tensors |= {f"best/{name}": value for name, value in (self.best.state or {}).items()}
        for index, (group, place) in enumerate(self.optimiser.parameters()):
            momentum = group.momenta[place]
            if momentum is not None:
                tensors[f"momentum/{index}"] = momentum
        scores = {"source": self.memory.source, "target": self.memory.target}
        tensors |= {f"memory/{name}": value for name, value in scores.items() if value is not None}
        record = {
            "epoch": self.epoch,
            "sums": self.sums,
            "curve": self.curve,
            "best": self.best.accuracy,
            "rate": self.rate.capture(),
            "sampler": sampler.record,
        }
        return State(tensors, record)

    def restore(self, state: State) -> None:
        """Take up a captured state. Raises KeyError or RuntimeError for one of another training."""
        record = state.record
        self.classifier.load_state_dict(_below("model/", state.tensors))
        self.sampler.restore(State(_below("sampler/", state.tensors), record["sampler"]))
        self.rate.restore(record["rate"])
        momenta = _below("momentum/", state.tensors)
        for index, (group, place) in enumerate(self.optimiser.parameters()):
            if str(index) in momenta:
                kept = momenta[str(index)].clone()
                group.momenta[place] = kept.to(group.parameters[place].device)
        device = self.classifier.head.weight.device
        scores = _below("memory/", state.tensors)
        memory = {name: value.to(device) for name, value in scores.items()}
        self.memory.source, self.memory.target = memory.get("source"), memory.get("target")
        self.best = Best(record["best"], _below("best/", state.tensors) or None)
        self.epoch, self.sums, self.curve = record["epoch"], record["sums"], record["curve"]

    def images_done(self) -> int:
        """Images drawn so far, over all epochs."""
        sampler = self.sampler
        whole = min(sampler.steps * sampler.batch, sampler.draws)
        return self.epoch * whole + min(sampler.step * sampler.batch, whole)


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }
