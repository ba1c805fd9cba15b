"""Test a model on the images of all tasks up to its own."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.params.evaluate import EvaluateParams
from ccsi.pipeline.stage import StageRun
from ccsi.pipeline.torch_stage import TorchStage

STAGE = TorchStage(
    parameters=(
        *("evaluate", "dataset.name", "method.name"),
        *("tasks.{task}.calibration", "tasks.{task}.images", "tasks.{task}.model"),
    ),
    outs=("reports/evaluations/{task}",),
)


def run(job: StageRun) -> None:
    """Read model, temperature and images, predict, write the record and the probabilities."""
    params = job.section(EvaluateParams, "evaluate")
    method, dataset = str(job.value("method.name")), str(job.value("dataset.name"))

    from ccsi.pipeline.evaluation import evaluate_model, save_evaluation

    model, images, calibration = (
        Path(job.value(f"tasks.{{task}}.{kind}")) for kind in ("model", "images", "calibration")
    )
    evaluation = evaluate_model(model, images, calibration, params, method=method, dataset=dataset)
    save_evaluation(job.out("reports/evaluations/{task}"), evaluation)


if __name__ == "__main__":
    STAGE.main(run)
