"""Teach the previous model a task's classes, with what stands in for old images."""

import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.computing.params import TrainerParams
from ccsi.computing.torch_stage import TorchStage
from ccsi.frame.stage import StageRun
from ccsi.losses.params import LossWeights
from ccsi.methods.params import MethodParams
from ccsi.models.params import ModelParams
from ccsi.training.params import UpdateParams

STAGE = TorchStage(
    parameters=(
        *("loss", "tasks.{task}.loss", "update", "tasks.{task}.update"),
        *("method", "model", "seed"),
    ),
    item="increments",
    outs=("data/models/{task}",),
)


def run(job: StageRun) -> None:
    """Read what the method may read, learn the task, write the model and its curve."""
    weights = job.section(LossWeights, "loss", override="tasks.{task}.loss")
    params = job.section(UpdateParams, "update", override="tasks.{task}.update")
    chosen, model = job.section(MethodParams, "method"), job.section(ModelParams, "model")
    seed = int(job.value("seed"))

    from ccsi.execution.checkpoint_files import open_checkpoints
    from ccsi.execution.fabric import open_devices
    from ccsi.methods.registry import load_method
    from ccsi.pipeline.learned import save_learned
    from ccsi.pipeline.update import Places, learn_task
    from ccsi.seeding import torch_generators

    method = load_method(chosen.name)
    method.require_known(weights.model_dump())
    classifier, curve = learn_task(
        job.task,
        Places(*(Path(job.item[place]) for place in ("data", "model", "rehearsed"))),
        method=method,
        weights=weights,
        params=params,
        model=model,
        seed=seed,
        generator_for=torch_generators(seed, stage="update", task=job.task),
        progress_for=partial(job.progress, unit="image", description=f"update {job.task}"),
        checkpoints=open_checkpoints(job, "data", "model", "rehearsed"),
        devices=open_devices(job.section(TrainerParams, "trainer")),
    )
    save_learned(job.out("data/models/{task}"), classifier, curve)


if __name__ == "__main__":
    STAGE.main(run)
