"""Gather the statistics of task t's features under the frozen network, added to those before."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.computing.torch_stage import TorchStage
from ccsi.frame.stage import StageRun
from ccsi.models.feature_map_params import StatisticsParams

STAGE = TorchStage(
    parameters=("statistics", "seed"),
    item="gatherings",
    outs=("data/statistics/{task}",),
)


def run(job: StageRun) -> None:
    """Read the task, the network and the statistics so far; a file stands for none."""
    params = job.section(StatisticsParams, "statistics")
    seed = int(job.value("seed"))

    from ccsi.pipeline.gathering import gather_task
    from ccsi.seeding import torch_generators
    from ccsi.statistics.store import STATISTICS_FILE, save_statistics
    from ccsi.tasks.task_files import load_info

    data = Path("data/tasks") / job.task
    total = load_info(data).counts["train"]
    with job.progress(total, unit="image", description=f"gather {job.task}") as progress:
        gathered = gather_task(
            data,
            Path(job.item["backbone"]),
            Path(job.item["members"]),
            Path(job.item["before"]),
            params,
            generator_for=torch_generators(seed, stage="gather", task=job.task),
            progress=progress,
        )
    save_statistics(job.out("data/statistics/{task}") / STATISTICS_FILE, gathered)


if __name__ == "__main__":
    STAGE.main(run)
