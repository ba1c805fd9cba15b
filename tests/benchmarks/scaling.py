"""How processor time grows with images, classes, pixels and iterations, loop by loop.

One amount is varied at a time; the slope of a straight line through the logarithms is the
exponent. 1 is linear; in the side of an image, 2 is linear in its pixels.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.stats import linregress
from torch import Generator

from ccsi.losses.params import LossWeights
from ccsi.methods.registry import load_method
from ccsi.synthesis.inversion import synthesize
from ccsi.synthesis.params import SynthesisParams
from ccsi.training.learn import Arrival, train_afresh, update
from ccsi.training.params import TrainParams, UpdateParams
from tests.benchmarks import rates

BATCH, REPETITIONS = 40, 2


@dataclass(frozen=True)
class Work:
    """images: of each class. iterations: of the synthesis; epochs of training and update."""

    images: int = 20
    classes: int = 2
    side: int = 32
    iterations: int = 4


VARIED: Mapping[str, Sequence[int]] = {
    "images": (20, 40, 80),
    "classes": (2, 4, 8, 16),
    "side": (32, 64, 128),
    "iterations": (4, 8, 16),
}


@dataclass(frozen=True)
class Growth:
    """CPU seconds of a loop at some values of one amount, and the exponent they follow."""

    loop: str
    amount: str
    values: list[int]
    cpu_s: list[float]
    exponent: float
    standard_error: float


def measure() -> Iterator[Growth]:
    """Every loop against every amount, one after the other."""
    for name, prepare in LOOPS.items():
        prepare(Work())()  # what is loaded and set up once is no part of the growth
        for amount, values in VARIED.items():
            works = [dataclasses.replace(Work(), **{amount: value}) for value in values]
            seconds = [cpu_seconds(prepare(work)) for work in works]
            yield growth(name, amount, values, seconds)


def growth(loop: str, amount: str, values: Sequence[int], cpu_s: Sequence[float]) -> Growth:
    """The exponent b of cpu_s = a values^b, by least squares on the logarithms."""
    line = linregress(np.log(values), np.log(cpu_s))
    error = float(line.stderr) if np.ptp(cpu_s) else 0.0  # of a constant, SciPy's is not a number
    return Growth(loop, amount, list(values), list(cpu_s), float(line.slope), error)


HEADER = "| Loop | Varied | CPU seconds at each value | Exponent |\n|---|---|---|---|"


def row(one: Growth) -> str:
    """A growth as a line of the table below HEADER."""
    told = ", ".join(f"{v}: {s:.2f}" for v, s in zip(one.values, one.cpu_s, strict=True))
    exponent = f"{one.exponent:.2f} ± {one.standard_error:.2f}"
    return f"| {one.loop} | {one.amount} | {told} | {exponent} |"


def cpu_seconds(run: Callable[[], None]) -> float:
    """Processor time, user and system, of all threads: the least of some repetitions."""
    spent = []
    for _ in range(REPETITIONS):
        start = time.process_time()
        run()
        spent.append(time.process_time() - start)
    return min(spent)


def _training(work: Work) -> Callable[[], None]:
    chosen = {"batch": BATCH, "epochs": work.iterations}
    params = TrainParams.model_validate(rates.parameters()["train"] | chosen)
    data = _arrival("t1", work)

    def run() -> None:
        train_afresh(
            [data],
            rates.model_params(),
            params,
            generator_for=lambda _: Generator().manual_seed(0),
            progress=rates.Meter(),
        )

    return run


def _updating(work: Work) -> Callable[[], None]:
    """As many old classes as new ones, so that half of what is drawn is rehearsed."""
    params, method = rates.parameters(), load_method("ccsi")
    chosen = {"batch": BATCH, "epochs": work.iterations}
    options = UpdateParams.model_validate(params["update"] | chosen)
    weights = LossWeights.model_validate(params["loss"])
    previous = rates.trained(classes=work.classes, side=work.side)
    data = _arrival("t2", work)
    rehearsed = rates.image_set(work.images * work.classes, classes=work.classes, side=work.side)

    def run() -> None:
        update(
            previous,
            data,
            rehearsed,
            method,
            weights,
            options,
            generator_for=lambda _: Generator().manual_seed(0),
            progress=rates.Meter(),
        )

    return run


def _synthesising(work: Work) -> Callable[[], None]:
    chosen = {
        "batch": BATCH,
        "impressions_per_class": work.images,
        "iterations": work.iterations,
        "warmup": 1,
    }
    params = SynthesisParams.model_validate(rates.parameters()["synthesis"] | chosen)
    frozen = rates.trained(classes=work.classes, side=work.side)
    means = torch.rand(work.classes, rates.CHANNELS, work.side, work.side)

    def run() -> None:
        generator, progress = Generator().manual_seed(0), rates.Meter()
        synthesize(frozen, means, params, flip=True, generator=generator, progress=progress)

    return run


def _arrival(task: str, work: Work) -> Arrival:
    count = work.images * work.classes
    return rates.arrival(task, images=count, classes=work.classes, side=work.side)


LOOPS: Mapping[str, Callable[[Work], Callable[[], None]]] = {
    "train": _training,
    "update": _updating,
    "synthesis": _synthesising,
}
