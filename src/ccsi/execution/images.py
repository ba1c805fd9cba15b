"""A set of labelled images as the training loop reads it: in memory, or on disk if it is large."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ccsi.execution.devices import Devices
from ccsi.frame.artifacts import release_pages
from ccsi.models.classifier import batch_length

IN_MEMORY = 1 << 26  # bytes; a larger mapped array stays on disk


@dataclass(frozen=True)
class ImageSet:
    """images uint8 [N, C, H, W], labels int64 [N].

    file: what `images` is a view of, if they lie on disk; they are then read through `pixels` and
    `parts`, which let what was read leave the memory.
    """

    images: Tensor
    labels: Tensor
    file: mmap.mmap | None = None

    @classmethod
    def from_arrays(cls, images: np.ndarray, labels: np.ndarray) -> ImageSet:
        """From arrays as they lie on disk: images uint8 [N, H, W, C], labels [N].

        A large array that is mapped whole from a file is not read.
        """
        kept = torch.from_numpy(np.array(labels, dtype=np.int64))
        if isinstance(images, np.memmap) and _stays_on_disk(images):
            with Path(str(images.filename)).open("rb") as stream:
                # Writable to PyTorch, though nothing ever writes, and the file would not change.
                file = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
            flat = torch.frombuffer(
                file, dtype=torch.uint8, count=images.size, offset=images.offset
            )
            return cls(flat.view(images.shape).permute(0, 3, 1, 2), kept, file)
        tensor = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2).contiguous()
        return cls(tensor, kept)

    def __len__(self) -> int:
        return len(self.labels)

    def pixels(self, index: Tensor) -> Tensor:
        """The chosen images as floats in [0, 1]: [n] -> [n, C, H, W]."""
        chosen = self.images[index].contiguous()
        self._release()
        return chosen.float().div_(255)

    def parts(self) -> Iterator[Tensor]:
        """All images in order, uint8 [n, C, H, W], as many as a network takes at a time."""
        for part in torch.split(self.images, batch_length(self.images.shape[-1])):
            yield part.contiguous()
            self._release()

    def placed(self, devices: Devices) -> ImageSet:
        """The set on its device."""
        return ImageSet(devices.place(self.images), devices.place(self.labels), self.file)

    def joined(self, other: ImageSet) -> ImageSet:
        """Both sets, this one first, in memory."""
        return ImageSet(
            torch.cat([self.images, other.images]), torch.cat([self.labels, other.labels])
        )

    def _release(self) -> None:
        if self.file is not None:
            release_pages(self.file)


def _stays_on_disk(images: np.memmap) -> bool:
    """Large, and all of a file's array: a part of one does not know where it begins."""
    whole = isinstance(images.base, mmap.mmap) and images.filename is not None
    return whole and images.flags.c_contiguous and images.nbytes > IN_MEMORY
