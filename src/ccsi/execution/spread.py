"""A network on several devices: the features of a batch, of which each process computes a share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ccsi.models.classifier import Execution
from ccsi.models.norm import LayerMoments, SharedBatch
from ccsi.models.resnet import ResNet

if TYPE_CHECKING:
    from ccsi.execution.devices import Devices
    from ccsi.execution.fabric import FabricDevices


class Spread(Execution):
    """Features in the devices' precision, returned in single precision."""

    def __init__(self, devices: FabricDevices, *, shares: bool) -> None:
        self._devices, self._shares = devices, shares

    def features(self, trunk: ResNet, images: Tensor, moments: list[LayerMoments] | None) -> Tensor:
        """Of all images, also where this process computes a share of them."""
        if not self._shares:
            with self._devices.autocast():
                return trunk(images, moments).float()  # type: ignore[no-any-return]
        share = Share(self._devices, len(images))
        with self._devices.autocast():
            own = trunk(images[share.rows], moments, share).float()
        # Every process computes the whole loss on the whole batch's features: the gradient of its
        # rows is complete as it comes.
        return share.gather(own, complete=True)


class Share(SharedBatch):
    """This process's rows of one batch, and the gathering of all processes' rows."""

    def __init__(self, devices: Devices, total: int) -> None:
        self._devices, self._total = devices, total
        rank, processes = devices.rank, devices.processes
        self.rows = slice(total * rank // processes, total * (rank + 1) // processes)

    def gather(self, own: Tensor, *, complete: bool = False) -> Tensor:
        """[n, ...] of this process -> [N, ...] of the batch, in order.

        complete: each process's gradient of the result is that of the whole loss; else they are
        parts of it, and are added up.
        """
        gathered: Tensor = _Gather.apply(own, self, complete)
        return gathered


class _Gather(torch.autograd.Function):
    """Each process's rows in a frame of zeros, added up: exact, and for shares of any length."""

    @staticmethod
    def forward(ctx: Any, own: Tensor, share: Share, complete: bool) -> Tensor:
        ctx.share, ctx.complete = share, complete
        frame = own.new_zeros(share._total, *own.shape[1:])
        frame[share.rows] = own
        return share._devices.summed(frame)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        whole = grad if ctx.complete else ctx.share._devices.summed(grad.clone())
        return whole[ctx.share.rows], None, None
