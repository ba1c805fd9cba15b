"""What the learning loops ask of the hardware, and the plain case: one process on the CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from torch import Tensor

    from ccsi.models.classifier import Classifier

    PlacedT = TypeVar("PlacedT", bound=Tensor | Classifier)


class Devices(Protocol):
    """This process's device, and its place among the processes that share the work.

    rank: 0 .. processes - 1. looks_every: steps between two looks of the host at numbers on the
    device; a look waits until the device has computed everything before it.
    """

    @property
    def rank(self) -> int: ...

    @property
    def processes(self) -> int: ...

    @property
    def looks_every(self) -> int: ...

    def place(self, what: PlacedT) -> PlacedT:
        """Move a tensor, or a network in place, to the device."""

    def share_batches(self, classifier: Classifier) -> None:
        """From now on each process computes the features of its share of every batch; the
        classifier's outputs, and the moments of training, are still those of the whole batch.
        """

    def release(self, classifier: Classifier) -> None:
        """Move a network back to the CPU, and let it compute there alone."""

    def summed(self, tensor: Tensor) -> Tensor:
        """The sum of all processes' tensors of one shape; `tensor` may be overwritten."""

    def sum_gradients(self, classifier: Classifier) -> None:
        """Make every process's gradients those of the whole batch's loss."""


class OneCpu:
    """One process on the CPU: nothing moves, nothing is shared."""

    rank, processes, looks_every = 0, 1, 1

    def place(self, what: PlacedT) -> PlacedT:
        """It lies there already."""
        return what

    def share_batches(self, classifier: Classifier) -> None:
        """There is nobody to share with."""

    def release(self, classifier: Classifier) -> None:
        """It computes here alone."""

    def summed(self, tensor: Tensor) -> Tensor:
        """The only process's own."""
        return tensor

    def sum_gradients(self, classifier: Classifier) -> None:
        """They are the whole batch's."""


ONE_CPU: Devices = OneCpu()
