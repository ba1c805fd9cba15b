"""Train one more network on the first task, to stand frozen beside data/models/t1."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.computing.torch_stage import TorchStage
from ccsi.frame.stage import StageRun
from ccsi.models.params import ModelParams
from ccsi.training.params import TrainParams

STAGE = TorchStage(
    parameters=("train", "tasks.{first}.train", "model", "seed"),
    item="members",
    outs=("data/members/{task}",),
)


def run(job: StageRun) -> None:
    """Read the first task, train from a start of its own, write the model and its curve."""
    model = job.section(ModelParams, "model")
    params = job.section(TrainParams, "train", override="tasks.{first}.train")
    seed, first = int(job.value("seed")), str(job.item["first"])

    from ccsi.pipeline.first_network import train_first
    from ccsi.seeding import torch_generator

    train_first(
        job,
        "data/members/{task}",
        model,
        params,
        task=first,
        seed=seed,
        generator_for=lambda purpose: torch_generator(
            seed, stage="member", task=first, purpose=f"{job.task} {purpose}"
        ),
    )


if __name__ == "__main__":
    STAGE.main(run)
