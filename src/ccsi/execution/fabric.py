"""Devices, precision and processes through Lightning Fabric, which is imported only if asked for.

With several processes every one draws the same batches and computes the features of its share;
the shares are gathered, and each computes the loss of the whole batch on them. So no loss term
knows of processes, and their gradient is one process's up to rounding.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeVar

import torch
import torch.distributed
from torch import Tensor

from ccsi.computing.params import TrainerParams
from ccsi.execution.devices import ONE_CPU, Devices
from ccsi.execution.spread import Spread
from ccsi.frame.errors import ParameterError
from ccsi.models.classifier import ALONE, Classifier

if TYPE_CHECKING:
    from lightning_fabric import Fabric

PlacedT = TypeVar("PlacedT")
LOOKS_EVERY = 25  # steps; on an accelerator


def open_devices(params: TrainerParams, *, key: str = "trainer.devices") -> Devices:
    """The devices that `trainer` names; starts the other processes, which run the same script.

    key: of params.yaml, where their number is from. Raises ParameterError where this machine has no
    such device, or cannot start so many processes.
    """
    if (params.accelerator, params.devices, params.precision) == ("cpu", 1, "32-true"):
        return ONE_CPU
    from lightning_fabric import Fabric
    from lightning_fabric.utilities.exceptions import MisconfigurationException

    try:
        fabric = Fabric(
            accelerator=params.accelerator, devices=params.devices, precision=params.precision
        )
        fabric.launch()
    except (MisconfigurationException, RuntimeError, ValueError, OSError) as error:
        raise ParameterError(
            f"params.yaml: trainer.accelerator = {params.accelerator!r}, {key} = "
            f"{params.devices}, trainer.precision = {params.precision!r}: {error}"
        ) from error
    torch.set_num_threads(params.threads)  # launching chose a number of its own
    return FabricDevices(fabric)


class FabricDevices:
    """One of the processes that Fabric launched, on its device."""

    def __init__(self, fabric: Fabric) -> None:
        self._fabric = fabric
        self.rank, self.processes = int(fabric.global_rank), int(fabric.world_size)
        self.looks_every = 1 if fabric.device.type == "cpu" else LOOKS_EVERY

    def __deepcopy__(self, memo: dict[int, Any]) -> FabricDevices:
        """A copied network computes on the same devices."""
        return self

    def autocast(self) -> AbstractContextManager[None]:
        """The precision that was asked for, for the operations in this block."""
        context: AbstractContextManager[None] = self._fabric.autocast()
        return context

    def place(self, what: PlacedT) -> PlacedT:
        """Move a tensor to the device; a network in place, to compute in the given precision."""
        moved: PlacedT = self._fabric.to_device(what)
        if isinstance(moved, Classifier):
            moved.execution = Spread(self, shares=False)
        return moved

    def share_batches(self, classifier: Classifier) -> None:
        """Each process computes the features of its share of every batch."""
        if self.processes > 1:
            classifier.execution = Spread(self, shares=True)

    def release(self, classifier: Classifier) -> None:
        """Move a network back to the CPU, and let it compute there alone."""
        classifier.execution = ALONE
        classifier.cpu()

    def summed(self, tensor: Tensor) -> Tensor:
        """The sum of all processes' tensors, in place. Fabric's own would wait for all first."""
        if self.processes > 1:
            torch.distributed.all_reduce(tensor)
        return tensor

    def sum_gradients(self, classifier: Classifier) -> None:
        """Of the trunk, each process has its share's part; of the head, each has the whole.

        Averaging what is equal anyway keeps the processes from drifting apart.
        """
        if self.processes == 1:
            return
        for parameter in classifier.head.parameters():
            if parameter.grad is not None:
                parameter.grad.div_(self.processes)
        gradients = [p.grad for p in classifier.parameters() if p.grad is not None]
        flat = self.summed(torch.cat([gradient.flatten() for gradient in gradients]))
        parts = torch.split(flat, [gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))
