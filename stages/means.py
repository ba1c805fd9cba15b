"""Append the mean training image of each class of task t to those of the tasks before."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.frame.stage import Stage, StageRun

STAGE = Stage(
    parameters=("tasks.{task}.means_before",),
    outs=("data/means/{task}",),
)


def run(job: StageRun) -> None:
    """Read the task's training images and the means so far; a file stands for none."""
    from ccsi.data.means import append_means, load_means, save_means, task_means
    from ccsi.data.task_files import load_task

    before = Path(job.value("tasks.{task}.means_before"))
    known = load_means(before) if before.is_dir() else None
    task = load_task(Path("data/tasks") / job.task, memory_map=True)
    save_means(job.out("data/means/{task}"), append_means(known, task_means(task)))


if __name__ == "__main__":
    STAGE.main(run)
