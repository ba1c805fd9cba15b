"""Test a model on the images of all tasks up to its own."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.computing.torch_stage import TorchStage
from ccsi.evaluation.params import EvaluateParams
from ccsi.frame.stage import StageRun

STAGE = TorchStage(
    parameters=(
        *("evaluate", "dataset.name", "method.name"),
        *("tasks.{task}.images", "tasks.{task}.model", "tasks.{task}.rehearsed"),
    ),
    outs=("reports/evaluations/{task}",),
)


def run(job: StageRun) -> None:
    """Read model and images, predict, write the record and what a reader is shown."""
    params = job.section(EvaluateParams, "evaluate")
    method, dataset = str(job.value("method.name")), str(job.value("dataset.name"))

    from ccsi.pipeline.evaluation import evaluate_model, save_evaluation
    from ccsi.pipeline.pictures import save_shown

    model, images, rehearsed = (
        Path(job.value(f"tasks.{{task}}.{kind}")) for kind in ("model", "images", "rehearsed")
    )
    evaluation = evaluate_model(model, images, params, method=method, dataset=dataset)
    folder = job.out("reports/evaluations/{task}")
    save_evaluation(folder, evaluation)
    save_shown(folder, evaluation.shown, evaluation.classifier, rehearsed, batch=params.batch)


if __name__ == "__main__":
    STAGE.main(run)
