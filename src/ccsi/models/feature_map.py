"""The fixed features that a head made of statistics stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from ccsi.models.resnet import ResNet
from ccsi.models.symmetries import composed, generated_group
from ccsi.params.statistics import StatisticsParams

FLOOR = 0.1  # of the mean standard deviation: a feature still now may wake with later classes

POOLINGS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "mean": lambda maps: maps.mean((2, 3)),
    "max": lambda maps: maps.amax((2, 3)),
    "rms": lambda maps: maps.square().mean((2, 3)).sqrt(),
}


def pooled_features(trunk: ResNet, images: Tensor, params: StatisticsParams) -> Tensor:
    """Features [N, d] of images [N, C, H, W] in [0, 1].

    `last`: the trunk's own. `stages`: stem and residual stages side by side, each pooled over all
    of its map in each of the ways of `poolings`.
    """
    if params.features == "last":
        last: Tensor = trunk(images)
        return last
    maps = trunk.stages(images)
    return torch.cat([POOLINGS[name](x) for x in maps for name in params.poolings], 1)


class FeatureMap(nn.Module):
    """Pooled features, standardised, then projected at random with ReLU if `projections` > 0.

    Buffers: centre, scale [d], the pooled features' moments on the first task; projection [d, m].
    Nothing of it is ever trained or changed. Random projection with ReLU: RanPAC (McDonnell et
    al., NeurIPS 2023).
    """

    centre: Tensor
    scale: Tensor
    projection: Tensor

    def __init__(self, params: StatisticsParams, symmetries: Sequence[str]) -> None:
        super().__init__()
        self.params, self.symmetries = params, tuple(symmetries)
        self.group = generated_group(self.symmetries if params.symmetries else ())
        for name, shape in {"centre": (0,), "scale": (0,), "projection": (0, 0)}.items():
            self.register_buffer(name, torch.zeros(shape))

    @property
    def width(self) -> int:
        """The number of features it gives."""
        return int(self.projection.shape[1] if self.params.projections else len(self.centre))

    def set_up(self, centre: Tensor, variance: Tensor, *, generator: Generator) -> None:
        """Fix the moments [d] of the pooled features, and draw the projection N(0, 1/d)."""
        deviation = variance.sqrt()
        inputs, count = len(centre), self.params.projections
        self.centre = centre.float()
        self.scale = deviation.clamp_min(FLOOR * float(deviation.mean()) or 1.0).float()
        drawn = torch.empty(inputs, count).normal_(0, inputs**-0.5, generator=generator)
        self.projection = drawn

    def pooled_copies(self, trunk: ResNet, images: Tensor) -> Iterator[Tensor]:
        """Pooled features [N, d] of the images under each symmetry that they are read under."""
        for composition in self.group:
            yield pooled_features(trunk, composed(images, composition), self.params)

    def project(self, pooled: Tensor) -> Tensor:
        """Pooled features [N, d] -> features [N, width]."""
        standard = (pooled - self.centre) / self.scale
        return F.relu(standard @ self.projection) if self.params.projections else standard

    def forward(self, trunk: ResNet, images: Tensor) -> Tensor:
        """Images [N, C, H, W] in [0, 1] -> features [N, width], averaged over the symmetries."""
        total = images.new_zeros(len(images), self.width)
        for pooled in self.pooled_copies(trunk, images):
            total += self.project(pooled)
        return total / len(self.group)

    def record(self) -> dict[str, Any]:
        """What beside the buffers makes it, for JSON."""
        return {"params": self.params.model_dump(mode="json"), "symmetries": list(self.symmetries)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any], buffers: Mapping[str, Tensor]) -> FeatureMap:
        """The map of `record` and `state_dict`. Raises KeyError, ValueError where they are none."""
        params = StatisticsParams.model_validate(record["params"])
        made = cls(params, record["symmetries"])
        made.centre, made.scale = buffers["centre"], buffers["scale"]
        made.projection = buffers["projection"]
        return made
