"""The fixed features that a head made of statistics stands on."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from ccsi.models.feature_map_params import StatisticsParams
from ccsi.models.norm import MomentNorm
from ccsi.models.params import ModelParams
from ccsi.models.patch_dictionary import PatchDictionary
from ccsi.models.resnet import ResNet
from ccsi.models.symmetries import composed, generated_group

FLOOR = 0.1  # of the mean standard deviation: a feature still now may wake with later classes
# Images whose maps are made together: those of more leave the cache, and take up to 4 times as
# long.
TOGETHER = 64

POOLINGS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "mean": lambda maps: maps.mean((2, 3)),
    "max": lambda maps: maps.amax((2, 3)),
    "rms": lambda maps: maps.square().mean((2, 3)).sqrt(),
}


def pooled_features(
    source: ResNet | PatchDictionary, images: Tensor, params: StatisticsParams
) -> Tensor:
    """Features [N, d] of images [N, C, H, W] in [0, 1].

    `last`: a network's own. `stages`: stem and residual stages side by side, each pooled over all
    of its map in each of the ways of `poolings`; a dictionary's maps always are.
    """
    if params.features == "last" and isinstance(source, ResNet):
        last: Tensor = source(images)
        return last
    # An exported graph takes any number of images, so it cannot take them in parts.
    parts = [images] if torch.compiler.is_exporting() else torch.split(images, TOGETHER)
    pooled = [
        torch.cat([POOLINGS[name](x) for x in source.stages(part) for name in params.poolings], 1)
        for part in parts
    ]
    return torch.cat(pooled)


def _without_class_moments(network: ResNet) -> ResNet:
    """A frozen copy that lacks what synthesis alone reads."""
    made = copy.deepcopy(network).eval().requires_grad_(False)
    for module in made.modules():
        if isinstance(module, MomentNorm):
            module.class_mean, module.class_var = module.class_mean[:0], module.class_var[:0]
    return made


class FeatureMap(nn.Module):
    """Pooled features, standardised, then projected at random with ReLU if `projections` > 0.

    The features are those of the trunk it is given, of further networks of the first task
    (`members`) and of a dictionary of patches, side by side. Buffers: centre, scale [d], the pooled
    features' moments on the first task; projection [d, m]. Nothing of it is ever trained or
    changed. Random projection with ReLU: RanPAC (McDonnell et al., NeurIPS 2023).
    """

    centre: Tensor
    scale: Tensor
    projection: Tensor

    def __init__(
        self,
        params: StatisticsParams,
        symmetries: Sequence[str],
        *,
        members: Sequence[ResNet] = (),
        dictionary: PatchDictionary | None = None,
    ) -> None:
        super().__init__()
        self.params, self.symmetries = params, tuple(symmetries)
        self.group = generated_group(self.symmetries if params.symmetries else ())
        self.members = nn.ModuleList(_without_class_moments(member) for member in members)
        self.dictionary = dictionary
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
            yield self._pooled(trunk, composed(images, composition))

    def counted(self, trunk: ResNet, images: Tensor) -> Iterator[Tensor]:
        """What statistics count of the images: `copies` times features [N, width]."""
        if self.params.copies == "mean":
            yield self(trunk, images)
            return
        for pooled in self.pooled_copies(trunk, images):
            yield self.project(pooled)

    @property
    def copies(self) -> int:
        """How many times an image is counted."""
        return len(self.group) if self.params.copies == "each" else 1

    def project(self, pooled: Tensor) -> Tensor:
        """Pooled features [N, d] -> features [N, width]."""
        standard = (pooled - self.centre) / self.scale
        return F.relu(standard @ self.projection) if self.params.projections else standard

    def forward(self, trunk: ResNet, images: Tensor) -> Tensor:
        """Images [N, C, H, W] in [0, 1] -> features [N, width], averaged over the symmetries."""
        total = images.new_zeros(images.shape[0], self.width)
        for pooled in self.pooled_copies(trunk, images):
            total += self.project(pooled)
        return total / len(self.group)

    def record(self) -> dict[str, Any]:
        """What beside the tensors makes it, for JSON."""
        record: dict[str, Any] = {"symmetries": list(self.symmetries)}
        record["params"] = self.params.model_dump(mode="json", exclude_defaults=True)
        if self.members:
            record["members"] = [
                {"channels": network.channels, "model": network.params.model_dump(mode="json")}
                for network in self._networks(())
            ]
        return record

    @classmethod
    def from_record(cls, record: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> FeatureMap:
        """The map of `record` and `state_dict`. Raises KeyError, RuntimeError, ValueError where
        they are none.
        """
        params, dictionary = StatisticsParams.model_validate(record["params"]), None
        members = [
            ResNet(
                member["channels"],
                ModelParams.model_validate(member["model"]),
                generator=torch.Generator(),
            )
            for member in record.get("members", ())
        ]
        if params.dictionary.atoms:
            weight, bias = tensors["dictionary.weight"], tensors["dictionary.bias"]
            dictionary = PatchDictionary(weight, bias, threshold=params.dictionary.threshold)
        made = cls(params, record["symmetries"], members=members, dictionary=dictionary)
        for name in ("centre", "scale", "projection"):
            setattr(made, name, torch.empty_like(tensors[name]))
        made.load_state_dict(dict(tensors))
        return made

    def _networks(self, first: Sequence[ResNet]) -> list[ResNet]:
        further = [network for network in self.members if isinstance(network, ResNet)]
        return [*first, *further]

    def _pooled(self, trunk: ResNet, images: Tensor) -> Tensor:
        sources: list[ResNet | PatchDictionary] = [*self._networks([trunk])]
        if self.dictionary is not None:
            sources.append(self.dictionary)
        return torch.cat([pooled_features(source, images, self.params) for source in sources], 1)
