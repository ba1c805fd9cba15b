"""Split one task's images into train, val and test, as uint8 arrays."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.data.params import DatasetParams
from ccsi.frame.stage import Stage, StageRun

STAGE = Stage(
    parameters=("dataset", "tasks.{task}.classes", "tasks.{task}.first_id", "tasks.{task}.reads"),
    outs=("data/tasks/{task}", "data/test/{task}"),
)


def run(job: StageRun) -> None:
    """Read the source, split it, and put the test images apart."""
    from ccsi.data.reading.prepare import prepare
    from ccsi.tasks.task_files import save_task, save_test

    task, test = prepare(
        job.section(DatasetParams, "dataset"),
        task=job.task,
        classes=job.value("tasks.{task}.classes"),
        first_id=job.value("tasks.{task}.first_id"),
        raw=Path(job.value("tasks.{task}.reads")),
    )
    save_task(job.out("data/tasks/{task}"), task)
    save_test(job.out("data/test/{task}"), test)


if __name__ == "__main__":
    STAGE.main(run)
