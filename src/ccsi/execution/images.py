"""A set of labelled images in memory, as the training loop reads it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ccsi.execution.devices import Devices


@dataclass(frozen=True)
class ImageSet:
    """images uint8 [N, C, H, W], labels int64 [N]."""

    images: Tensor
    labels: Tensor

    @classmethod
    def from_arrays(cls, images: np.ndarray, labels: np.ndarray) -> ImageSet:
        """From arrays as they lie on disk: images uint8 [N, H, W, C], labels [N]."""
        tensor = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2).contiguous()
        return cls(tensor, torch.from_numpy(np.array(labels, dtype=np.int64)))

    def __len__(self) -> int:
        return len(self.labels)

    def pixels(self, index: Tensor) -> Tensor:
        """The chosen images as floats in [0, 1]: [n] -> [n, C, H, W]."""
        return self.images[index].float().div_(255)

    def placed(self, devices: Devices) -> ImageSet:
        """The set on its device."""
        return ImageSet(devices.place(self.images), devices.place(self.labels))

    def joined(self, other: ImageSet) -> ImageSet:
        """Both sets, this one first."""
        return ImageSet(
            torch.cat([self.images, other.images]), torch.cat([self.labels, other.labels])
        )
