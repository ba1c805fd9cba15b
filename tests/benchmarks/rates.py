"""How fast the three learning loops run, and how far that is from the machine's limit.

Random images of 32x32x3, the paper's network with Continual Normalization, the product's own
loops with all their terms. A rate is taken from the loop's own reports of progress, after a
warm-up; the limit is a large matrix product on the same threads.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Generator
from torch.utils import benchmark
from torch.utils.flop_counter import FlopCounterMode

from ccsi.config.compose import compose_params
from ccsi.execution.images import ImageSet
from ccsi.losses.params import LossWeights
from ccsi.methods.registry import load_method
from ccsi.models.classifier import Classifier
from ccsi.models.params import ModelParams
from ccsi.synthesis.inversion import synthesize
from ccsi.synthesis.params import SynthesisParams
from ccsi.training.learn import Arrival, train_afresh, update
from ccsi.training.params import TrainParams, UpdateParams

CONF = Path(__file__).resolve().parents[2] / "conf"
SIDE, CHANNELS, IMAGES, CLASSES = 32, 3, 480, 2
WARM_UP, REPETITIONS = 5, 3
GEMM = 2048
SYMMETRIES = ("flip_horizontal", "flip_vertical", "transpose")


@dataclass
class Meter:
    """Progress that remembers when each step was done."""

    done: list[tuple[float, int]] = field(default_factory=list)

    def advance(self, amount: int, *, loss: float | None = None) -> None:
        """Note the time."""
        self.done.append((time.perf_counter(), amount))

    def rate(self) -> float:
        """Units per second after the warm-up."""
        timed = self.done[WARM_UP:]
        return sum(amount for _, amount in timed) / (timed[-1][0] - self.done[WARM_UP - 1][0])


@dataclass(frozen=True)
class Rate:
    """Units per second: the median of some runs, and each of them."""

    median: float
    runs: list[float]


def gemm_gflops() -> float:
    """Billions of operations per second of a 2048-cube product, on the threads torch now has."""
    left, right = torch.rand(GEMM, GEMM), torch.rand(GEMM, GEMM)
    timer = benchmark.Timer(
        "left @ right",
        globals={"left": left, "right": right},
        num_threads=torch.get_num_threads(),
    )
    return float(2 * GEMM**3 / timer.blocked_autorange(min_run_time=2).median / 1e9)


def mflop_per_image() -> dict[str, float]:
    """Millions of operations an image: forward, with the image's gradient, and with the weights'.

    Counted by PyTorch: convolutions and matrix products, a multiplication and an addition as two.
    """
    network = trained()
    images = torch.rand(8, CHANNELS, SIDE, SIDE)
    cost = {"forward": _counted(lambda: network(images))}
    network.requires_grad_(False)
    images.requires_grad_(True)
    cost["image_gradient"] = _counted(lambda: network(images).logits.sum().backward())
    network.requires_grad_(True)
    images = images.detach()
    cost["weight_gradient"] = _counted(lambda: network(images).logits.sum().backward())
    return {name: value / 8 / 1e6 for name, value in cost.items()}


def training(batch: int) -> Rate:
    """Images per second of the first task."""
    params = parameters()["train"] | {"batch": batch, "epochs": 2}

    def run(meter: Meter) -> None:
        train_afresh(
            [arrival("t1")],
            model_params(),
            TrainParams.model_validate(params),
            generator_for=lambda _: Generator().manual_seed(0),
            progress=meter,
        )

    return _measured(run)


def updating(batch: int) -> Rate:
    """Images per second of an update with all of CCSI's terms; as many old classes as new ones."""
    previous, params = trained(), parameters()
    chosen = UpdateParams.model_validate(params["update"] | {"batch": batch, "epochs": 1})
    rehearsed = image_set(IMAGES)

    def run(meter: Meter) -> None:
        update(
            previous,
            arrival("t2"),
            rehearsed,
            load_method("ccsi"),
            LossWeights.model_validate(params["loss"]),
            chosen,
            generator_for=lambda _: Generator().manual_seed(0),
            progress=meter,
        )

    return _measured(run)


def synthesising(batch: int) -> Rate:
    """Image-iterations per second of the synthesis with all its terms."""
    frozen, means = trained(), torch.rand(CLASSES, CHANNELS, SIDE, SIDE)
    wanted = {"batch": batch, "impressions_per_class": batch // CLASSES, "iterations": 40}
    params = SynthesisParams.model_validate(parameters()["synthesis"] | wanted)

    def run(meter: Meter) -> None:
        generator = Generator().manual_seed(0)
        synthesize(frozen, means, params, flip=True, generator=generator, progress=meter)

    return _measured(run)


def parameters() -> dict[str, Any]:
    """Those of a set of colour images at the pipeline's defaults."""
    return compose_params(CONF, ["dataset=bloodmnist", "budget=reduced"])


def model_params() -> ModelParams:
    """The paper's network."""
    return ModelParams.model_validate(parameters()["model"])


def image_set(count: int, *, classes: int = CLASSES, side: int = SIDE) -> ImageSet:
    """Random images, labels in turn."""
    pixels = torch.randint(0, 256, (count, CHANNELS, side, side), dtype=torch.uint8)
    return ImageSet(pixels, torch.arange(count) % classes)


def arrival(
    task: str, *, images: int = IMAGES, classes: int = CLASSES, side: int = SIDE
) -> Arrival:
    """A task of random images; ids count on from the task before."""
    sets = [image_set(count, classes=classes, side=side) for count in (images, 2 * classes)]
    first = classes if task == "t2" else 0
    train, val = (ImageSet(part.images, part.labels + first) for part in sets)
    names = [f"{task}-{number}" for number in range(classes)]
    return Arrival(task, names, train, val, SYMMETRIES)


def trained(*, classes: int = CLASSES, side: int = SIDE) -> Classifier:
    """A network after one very short task."""
    params = parameters()["train"] | {"epochs": 1}
    network, _ = train_afresh(
        [arrival("t1", images=4 * classes, classes=classes, side=side)],
        model_params(),
        TrainParams.model_validate(params),
        generator_for=lambda _: Generator().manual_seed(0),
        progress=Meter(),
    )
    return network


def _measured(run: Callable[[Meter], None]) -> Rate:
    rates = []
    for _ in range(REPETITIONS):
        meter = Meter()
        run(meter)
        rates.append(meter.rate())
    return Rate(statistics.median(rates), rates)


def _counted(call: Callable[[], Any]) -> float:
    with FlopCounterMode(display=False) as counter:
        call()
    return float(counter.get_total_flops())
