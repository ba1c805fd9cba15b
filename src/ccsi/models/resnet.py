"""The residual trunk: a small ResNet whose normalisation layer is a choice."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import accumulate

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from ccsi.models.norm import BatchNorm, ContinualNorm, LayerMoments, MomentNorm, SharedBatch
from ccsi.models.params import ModelParams

Moments = list[LayerMoments] | None
NormFactory = Callable[[int], MomentNorm]


def norm_factory(params: ModelParams) -> NormFactory:
    """The layer that `model.norm` names, as a function of the number of channels."""
    kind = {"cn": ContinualNorm, "bn": BatchNorm}[params.norm]
    return lambda channels: kind(channels, groups=params.groups, momentum=params.momentum)


class Convolution(nn.Conv2d):
    """A convolution without bias (the normalisation has one); weights are set by `initialise`."""

    def __init__(self, inputs: int, outputs: int, side: int, stride: int = 1) -> None:
        super().__init__(inputs, outputs, side, stride=stride, padding=side // 2, bias=False)

    def reset_parameters(self) -> None:
        """Draw nothing from the global generator."""


class BasicBlock(nn.Module):
    """conv-norm-ReLU-conv-norm plus shortcut, then ReLU (He et al., CVPR 2016)."""

    def __init__(self, inputs: int, outputs: int, stride: int, norm: NormFactory) -> None:
        super().__init__()
        self.conv1, self.norm1 = Convolution(inputs, outputs, 3, stride), norm(outputs)
        self.conv2, self.norm2 = Convolution(outputs, outputs, 3), norm(outputs)
        projects = inputs != outputs or stride != 1
        self.shortcut = Convolution(inputs, outputs, 1, stride) if projects else None
        self.shortcut_norm = norm(outputs) if projects else None

    def forward(
        self, x: Tensor, moments: Moments = None, share: SharedBatch | None = None
    ) -> Tensor:
        """[N, inputs, H, W] -> [N, outputs, H / stride, W / stride]."""
        y = F.relu(self.norm1(self.conv1(x), moments, share), inplace=True)
        y = self.norm2(self.conv2(y), moments, share)
        if self.shortcut is not None and self.shortcut_norm is not None:
            x = self.shortcut_norm(self.shortcut(x), moments, share)
        return F.relu(y + x, inplace=True)


class ResNet(nn.Module):
    """Zero padding to a round side, stem, residual stages, pooling, flat features."""

    def __init__(self, channels: int, params: ModelParams, *, generator: Generator) -> None:
        super().__init__()
        self.channels, self.params = channels, params
        norm, width = norm_factory(params), params.widths[0]
        self.multiple, self.pooled = params.multiple, params.pooled
        self.stem, self.stem_norm = Convolution(channels, width, 3, params.stem_stride), norm(width)
        blocks: list[BasicBlock] = []
        for outputs, count, stride in zip(
            params.widths, params.blocks, params.strides, strict=True
        ):
            for index in range(count):
                blocks.append(BasicBlock(width, outputs, stride if index == 0 else 1, norm))
                width = outputs
        self.blocks = nn.ModuleList(blocks)
        self.stage_ends = tuple(accumulate(params.blocks))
        self.n_features = width * params.pooled**2
        initialise(self, generator)

    def forward(
        self, images: Tensor, moments: Moments = None, share: SharedBatch | None = None
    ) -> Tensor:
        """Images [N, C, H, W] in [0, 1] -> features [N, n_features], each at least 0."""
        for x in self._activations(images, moments, share):
            last = x
        return F.adaptive_avg_pool2d(last, self.pooled).flatten(1)

    def stages(self, images: Tensor) -> list[Tensor]:
        """The maps [N, C_l, H_l, W_l] that leave the stem and each residual stage."""
        maps = list(self._activations(images, None))
        return [maps[0], *(maps[end] for end in self.stage_ends)]

    def _activations(
        self, images: Tensor, moments: Moments, share: SharedBatch | None = None
    ) -> Iterator[Tensor]:
        """What leaves the stem, then each block."""
        x = pad_to_multiple(images, self.multiple)
        # Channels innermost: what follows takes half the time, above all the affine maps.
        x = x.contiguous(memory_format=torch.channels_last)
        x = F.relu(self.stem_norm(self.stem(x), moments, share), inplace=True)
        yield x
        for block in self.blocks:
            x = block(x, moments, share)
            yield x


def pad_to_multiple(images: Tensor, multiple: int) -> Tensor:
    """Zero-pad height and width, evenly on both sides, to the next multiple (28 -> 32)."""
    height, width = images.shape[-2:]
    rows, columns = -height % multiple, -width % multiple
    if not rows and not columns:
        return images
    frame = (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2)
    return F.pad(images, frame)


@torch.no_grad()
def initialise(network: nn.Module, generator: Generator) -> None:
    """He initialisation of every convolution (fan out, as ResNets do), from one generator."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            fan_out = module.out_channels * math.prod(module.kernel_size)
            module.weight.normal_(0, math.sqrt(2 / fan_out), generator=generator)
