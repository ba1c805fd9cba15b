"""Keep the training images of task t that herding chooses, with those kept before."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.computing.torch_stage import TorchStage
from ccsi.frame.stage import StageRun
from ccsi.rehearsal.params import ExemplarParams

STAGE = TorchStage(
    parameters=("exemplars",),
    item="herdings",
    outs=("data/exemplars/{task}",),
)


def run(job: StageRun) -> None:
    """Read the task, its model and the exemplars so far; a file stands for none."""
    params = job.section(ExemplarParams, "exemplars")

    from ccsi.pipeline.exemplars import remember_task, save_exemplars

    model, before = Path(job.item["model"]), Path(job.item["before"])
    data = Path("data/tasks") / job.task
    exemplars = remember_task(data, model, before, per_class=params.per_class)
    save_exemplars(job.out("data/exemplars/{task}"), exemplars)


if __name__ == "__main__":
    STAGE.main(run)
