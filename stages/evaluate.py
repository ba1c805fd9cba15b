"""Test a model on the images of all tasks up to its own."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.params.evaluate import EvaluateParams
from ccsi.pipeline.stage import StageRun
from ccsi.pipeline.torch_stage import TorchStage

STAGE = TorchStage(
    parameters=(
        "evaluate",
        "method.name",
        "tasks.{task}.images",
        "tasks.{task}.model",
        "tasks.{task}.rehearsed",
    ),
    outs=("reports/evaluations/{task}",),
)


def run(job: StageRun) -> None:
    """Read the model and the images, predict, write the record and what a reader is shown."""
    params = job.section(EvaluateParams, "evaluate")
    method = str(job.value("method.name"))

    from ccsi.models.store import MODEL_FILE, load_classifier
    from ccsi.pipeline.evaluation import evaluate_model, save_evaluation
    from ccsi.pipeline.pictures import save_shown

    classifier = load_classifier(Path(job.value("tasks.{task}.model")) / MODEL_FILE)
    images = Path(job.value("tasks.{task}.images"))
    evaluation = evaluate_model(classifier, images, params, method=method)
    folder = job.out("reports/evaluations/{task}")
    rehearsed = Path(job.value("tasks.{task}.rehearsed"))
    save_evaluation(folder, evaluation)
    save_shown(folder, evaluation.shown, classifier, rehearsed, batch=params.batch)


if __name__ == "__main__":
    STAGE.main(run)
