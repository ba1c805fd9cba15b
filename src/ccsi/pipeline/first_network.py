"""The training of a network on the first task: the first one, or one more to stand beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from torch import Generator

from ccsi.computing.params import TrainerParams
from ccsi.execution.checkpoint_files import open_checkpoints
from ccsi.execution.fabric import open_devices
from ccsi.frame.stage import StageRun
from ccsi.models.classifier import Learned
from ccsi.models.params import ModelParams
from ccsi.pipeline.learned import load_arrival, save_learned
from ccsi.training.learn import train_afresh
from ccsi.training.params import TrainParams


def train_first(
    job: StageRun,
    out: str,
    model: ModelParams,
    params: TrainParams,
    *,
    task: str,
    seed: int,
    generator_for: Callable[[str], Generator],
) -> None:
    """Read the images of `task`, train, write the model and its curve to the stage's `out`."""
    devices = open_devices(job.section(TrainerParams, "trainer"))
    arrival = load_arrival(Path(job.item["data"]))
    total = params.epochs * len(arrival.train)
    with job.progress(total, unit="image", description=f"train {job.task}") as progress:
        classifier, curve = train_afresh(
            [arrival],
            model,
            params,
            generator_for=generator_for,
            progress=progress,
            checkpoints=open_checkpoints(job, "data"),
            devices=devices,
        )
    classifier.history = (Learned(task, seed, None, params.select, True),)
    save_learned(job.out(out), classifier, curve)
