"""Train the networks of an audit: on all real images, and on each task's impressions."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.computing.torch_stage import TorchStage
from ccsi.frame.stage import StageRun
from ccsi.models.params import ModelParams
from ccsi.training.params import TrainParams

STAGE = TorchStage(
    parameters=("audit.epochs", "audit.shown", "train", "model", "seed"),
    item="audits",
    outs=("data/audit/{task}",),
)


def run(job: StageRun) -> None:
    """Read real images of all tasks and the impressions, train, write the networks."""
    model, params = job.section(ModelParams, "model"), job.section(TrainParams, "train")
    seed = int(job.value("seed"))

    from ccsi.pipeline.audit_networks import train_networks
    from ccsi.seeding import torch_generator

    train_networks(
        job.item,
        job.out("data/audit/{task}"),
        model,
        params,
        epochs=int(job.value("audit.epochs")),
        shown=int(job.value("audit.shown")),
        generator_for=lambda name, purpose: torch_generator(
            seed, stage="judge", task=name, purpose=purpose
        ),
        progress_for=lambda total: job.progress(
            total, unit="image", description=f"judge {job.task}"
        ),
    )


if __name__ == "__main__":
    STAGE.main(run)
