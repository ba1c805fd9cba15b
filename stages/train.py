"""Train the network on the first task."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.computing.torch_stage import TorchStage
from ccsi.frame.stage import StageRun
from ccsi.models.params import ModelParams
from ccsi.training.params import TrainParams

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

    from ccsi.pipeline.first_network import train_first
    from ccsi.seeding import torch_generators

    train_first(
        job,
        "data/models/{task}",
        model,
        params,
        task=job.task,
        seed=seed,
        generator_for=torch_generators(seed, stage="train", task=job.task),
    )


if __name__ == "__main__":
    STAGE.main(run)
