"""Train the network on the first task."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.computing.torch_stage import TorchStage
from ccsi.frame.stage import StageRun
from ccsi.params.model import ModelParams
from ccsi.params.trainer import TrainerParams
from ccsi.params.training import TrainParams

STAGE = TorchStage(
    parameters=("train", "tasks.{task}.train", "model", "seed"),
    item="first",
    outs=("data/models/{task}",),
)


def run(job: StageRun) -> None:
    """Read the task, train, write the model and its curve."""
    model = job.section(ModelParams, "model")
    params = job.section(TrainParams, "train", override="tasks.{task}.train")
    seed = int(job.value("seed"))

    from ccsi.devices.fabric import open_devices
    from ccsi.models.classifier import Learned
    from ccsi.pipeline.checkpoints import open_checkpoints
    from ccsi.pipeline.learned import load_arrival, save_learned
    from ccsi.seeding import torch_generator
    from ccsi.training.learn import train_afresh

    devices = open_devices(job.section(TrainerParams, "trainer"))
    arrival = load_arrival(Path(job.item["data"]))
    total = params.epochs * len(arrival.train)
    with job.progress(total, unit="image", description=f"train {job.task}") as progress:
        classifier, curve = train_afresh(
            [arrival],
            model,
            params,
            generator_for=lambda purpose: torch_generator(
                seed, stage="train", task=job.task, purpose=purpose
            ),
            progress=progress,
            checkpoints=open_checkpoints(job, "data"),
            devices=devices,
        )
    classifier.history = (Learned(job.task, seed, None, params.select, True),)
    save_learned(job.out("data/models/{task}"), classifier, curve)


if __name__ == "__main__":
    STAGE.main(run)
