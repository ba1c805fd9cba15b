"""Tiny networks and images that the tests of the learning code share."""

from __future__ import annotations

import torch
from torch import Tensor

from ccsi.execution.images import ImageSet
from ccsi.models.classifier import Classifier
from ccsi.models.params import ModelParams
from ccsi.synthesis.params import SynthesisParams
from ccsi.training.class_moments import append_class_moments, class_group_moments
from ccsi.training.params import TrainParams, UpdateParams

MODEL = ModelParams(
    widths=(8, 8),
    blocks=(1, 1),
    strides=(1, 2),
    stem_stride=1,
    pooled=2,
    multiple=8,
    norm="cn",
    groups=4,
    momentum=0.1,
    head="cosine",
    sigma=10,
)
SYNTHESIS = SynthesisParams(
    impressions_per_class=2,
    batch=4,
    iterations=6,
    lr=0.05,
    betas=(0.5, 0.9),
    warmup=2,
    start="mean",
    start_noise=0.1,
    ce=1,
    statistics=1,
    batch_moments=1,
    group_moments=1,
    group_gradient=True,
    first_layer=10,
    tv=0.05,
    l2=0.05,
    jitter=1,
    flip=False,
    keep_every=2,
    keep="best",
    devices=None,
)
_OPTIM = {
    "epochs": 2,
    "batch": 8,
    "lr": 0.05,
    "momentum": 0.9,
    "weight_decay": 1e-4,
    "clip_norm": 0,
    "schedule": "cosine",
    "plateau_factor": 0.3,
    "plateau_patience": 2,
    "symmetries": True,
    "shift": 0,
    "noise": 0,
    "select": "last",
}
TRAIN = TrainParams.model_validate(_OPTIM)
UPDATE = UpdateParams.model_validate(
    {
        **_OPTIM,
        "replay_ratio": 0.5,
        "transplant": 0,
        "mixup": 0,
        "class_weights": False,
        "imprint": True,
        "freeze_old_rows": False,
        "margin": 0.3,
        "top_k": 1,
        "rho": 0.9,
        "tau": 1,
        "temperature": 2,
        "target": "task",
        "reestimate_moments": False,
    }
)


def generator(seed: int = 0) -> torch.Generator:
    """A generator of its own for each use."""
    return torch.Generator().manual_seed(seed)


def images(count: int, *, classes: int = 2, first: int = 0, seed: int = 0) -> tuple[Tensor, Tensor]:
    """uint8 [count, 1, 8, 8] and labels in turn; class k is bright in its own rows."""
    noise = torch.randint(0, 90, (count, 1, 8, 8), generator=generator(seed), dtype=torch.uint8)
    labels = torch.arange(count) % classes + first
    for row, label in zip(noise, labels.tolist(), strict=True):
        row[:, label % 8, :] += 160
    return noise, labels


def classifier(params: ModelParams = MODEL, *, classes: int = 2, seed: int = 0) -> Classifier:
    """A network that has seen a few batches, with class moments of `classes` classes."""
    network = Classifier(params, channels=1, generator=generator(seed))
    names = [f"class {index}" for index in range(classes)]
    network.add_task("t1", names, generator=generator(seed + 1))
    pixels, labels = images(24, classes=classes, seed=seed)
    network.train()
    for part in torch.split(pixels, 8):
        network(part.float() / 255)
    data = ImageSet(pixels, labels)
    moments = class_group_moments(network, data, range(classes), batch=8)
    append_class_moments(network, moments)
    return network.eval()
