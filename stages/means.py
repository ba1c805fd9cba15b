"""Append the mean training image of each class of task t to those of the tasks before."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import numpy as np

from ccsi.class_means import MeansParams
from ccsi.frame.stage import Stage, StageRun

STAGE = Stage(
    parameters=("means", "tasks.{task}.means_before"),
    outs=("data/means/{task}",),
)


def run(job: StageRun) -> None:
    """Read the task's training images and the means so far; a file stands for none."""
    params = job.section(MeansParams, "means")

    from ccsi.class_means import append_means, load_means, noisy, refuse_few, save_means, task_means
    from ccsi.seeding import numpy_generator
    from ccsi.tasks.task_files import load_task

    before = Path(job.value("tasks.{task}.means_before"))
    known = load_means(before) if before.is_dir() else None
    task = load_task(Path("data/tasks") / job.task, memory_map=True)
    means = task_means(task)
    refuse_few(means, params.minimum)
    if params.noise:
        generator = np.random.default_rng()  # whoever knows a seed can subtract the noise
        if params.noise_seed is not None:
            generator = numpy_generator(
                params.noise_seed, stage="means", task=job.task, purpose="noise"
            )
        means = noisy(means, params.noise, generator=generator)
    save_means(job.out("data/means/{task}"), append_means(known, means))


if __name__ == "__main__":
    STAGE.main(run)
