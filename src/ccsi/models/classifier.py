"""The classifier: trunk and head, the classes it knows, the tasks they came in; prediction."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor, nn

from ccsi.frame.artifacts import release
from ccsi.models.feature_map import FeatureMap
from ccsi.models.heads import CosineLinear, Head, Linear
from ccsi.models.norm import LayerMoments, MomentNorm
from ccsi.models.params import ModelParams
from ccsi.models.resnet import ResNet

PIXELS = 1 << 18  # of one channel in a forward pass: 5 images of 224 x 224
MOST = 64  # images in a forward pass; an update with 256 held 105 MiB more


def batch_length(side: int, *, most: int = MOST) -> int:
    """How many images of that side go through a network at a time."""
    return max(1, min(most, PIXELS // side**2))


def parts_of(images: NDArray[np.uint8], *, most: int = MOST) -> Iterator[NDArray[np.uint8]]:
    """Images [N, H, W, C], possibly memory-mapped, as copies [n, H, W, C] of `batch_length`."""
    if not len(images):
        return
    step = batch_length(images.shape[1], most=most)
    for start in range(0, len(images), step):
        part = np.array(images[start : start + step])
        release(images)
        yield part


@dataclass(frozen=True)
class Output:
    """features [N, D], cosine scores [N, K] in [-1, 1], logits [N, K]."""

    features: Tensor
    scores: Tensor
    logits: Tensor


class Execution:
    """How the features of a batch are computed: here, by this process alone."""

    def features(self, trunk: ResNet, images: Tensor, moments: list[LayerMoments] | None) -> Tensor:
        """Images [N, C, H, W] in [0, 1] -> features [N, n_features]."""
        found: Tensor = trunk(images, moments)
        return found


ALONE = Execution()


@dataclass(frozen=True)
class Learned:
    """How one task was learned: what a reader of the model must know to judge it.

    method: None for the first task, which all methods learn alike. selection: how the kept epoch
    was chosen. data_free: no image of an older task was read.
    """

    task: str
    seed: int
    method: str | None
    selection: str
    data_free: bool


class Classifier(nn.Module):
    """A trunk and a head that grows; class ids are append-only.

    `feature_map`: None where the head reads the trunk's features; else what the head, made of
    statistics, reads. Such a classifier is not trained any further.
    """

    def __init__(self, params: ModelParams, *, channels: int, generator: Generator) -> None:
        super().__init__()
        self.params, self.channels = params, channels
        self.trunk = ResNet(channels, params, generator=generator)
        width = self.trunk.n_features
        cosine = params.head == "cosine"
        self.head: Head = CosineLinear(width, sigma=params.sigma) if cosine else Linear(width)
        self.feature_map: FeatureMap | None = None
        self.execution = ALONE
        self.tasks: dict[str, tuple[int, ...]] = {}
        self.class_names: tuple[str, ...] = ()
        self.history: tuple[Learned, ...] = ()

    @property
    def n_classes(self) -> int:
        """The number of classes learned so far."""
        return self.head.n_classes

    def forward(self, images: Tensor, moments: list[LayerMoments] | None = None) -> Output:
        """Images [N, C, H, W] in [0, 1] -> Output."""
        if self.feature_map is None:
            features = self.execution.features(self.trunk, images, moments)
        else:
            features = self.feature_map(self.trunk, images)
        scores, logits = self.head(features)
        return Output(features, scores, logits)

    def add_task(self, task: str, class_names: Sequence[str], *, generator: Generator) -> None:
        """Append the classes of a new task, with random head rows."""
        first = self.n_classes
        self.head.grow(len(class_names), generator=generator)
        self.tasks = {**self.tasks, task: tuple(range(first, first + len(class_names)))}
        self.class_names = (*self.class_names, *class_names)

    def stand_on(self, feature_map: FeatureMap) -> None:
        """Forget the head: a linear one without classes reads `feature_map` from now on."""
        self.feature_map, self.head = feature_map, Linear(feature_map.width)
        self.params = self.params.model_copy(update={"head": "linear"})
        self.tasks, self.class_names = {}, ()

    def norms(self) -> list[MomentNorm]:
        """The normalisation layers, in the order in which `forward` reports their moments."""
        order: list[MomentNorm] = [self.trunk.stem_norm]
        for block in self.trunk.blocks:
            order += [block.norm1, block.norm2]  # type: ignore[list-item]
            if block.shortcut_norm is not None:
                order.append(block.shortcut_norm)  # type: ignore[arg-type]
        return order

    def frozen_copy(self) -> Classifier:
        """A copy in evaluation mode whose parameters take no gradient."""
        return copy.deepcopy(self).eval().requires_grad_(False)

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Load a state whose class-moment buffers may have another number of rows."""
        for norm, name in zip(self.norms(), self._norm_names(), strict=True):
            norm.class_mean = state[f"{name}.class_mean"].clone()
            norm.class_var = state[f"{name}.class_var"].clone()
        self.load_state_dict(state)

    def _norm_names(self) -> list[str]:
        names = {id(module): name for name, module in self.named_modules()}
        return [names[id(norm)] for norm in self.norms()]


@contextmanager
def moments_kept(classifier: Classifier) -> Iterator[None]:
    """Forward passes in this block update no running batch moments."""
    norms = classifier.norms()
    before = [norm.tracks_moments for norm in norms]
    for norm in norms:
        norm.tracks_moments = False
    try:
        yield
    finally:
        for norm, tracks in zip(norms, before, strict=True):
            norm.tracks_moments = tracks


@torch.no_grad()
def predict_parts(classifier: Classifier, parts: Iterable[Tensor]) -> Tensor:
    """Class probabilities float32 [N, K] of images that come in parts uint8 [n, C, H, W], one in
    memory at a time; evaluation mode.
    """
    classifier.eval()
    found = [classifier(part.float() / 255).logits.softmax(1) for part in parts if len(part)]
    return torch.cat(found) if found else torch.zeros(0, classifier.n_classes)


def accuracy(classifier: Classifier, parts: Iterable[Tensor], labels: Tensor) -> float:
    """The share of images whose most probable class is the right one, in [0, 1].

    parts: all images in order, uint8 [n, C, H, W]; labels [N].
    """
    return float((predict_parts(classifier, parts).argmax(1) == labels).double().mean())
