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
        *("tasks.{task}.images", "tasks.{task}.model"),
    ),
    outs=("reports/evaluations/{task}",),
)


def run(job: StageRun) -> None:
    """Read the model and the images, predict, write the record and the probabilities."""
    params = job.section(EvaluateParams, "evaluate")
    method, dataset = str(job.value("method.name")), str(job.value("dataset.name"))

    from ccsi.models.store import MODEL_FILE, load_classifier
    from ccsi.pipeline.evaluation import evaluate_model, save_evaluation

    classifier = load_classifier(Path(job.value("tasks.{task}.model")) / MODEL_FILE)
    images = Path(job.value("tasks.{task}.images"))
    evaluation = evaluate_model(classifier, images, params, method=method, dataset=dataset)
    save_evaluation(job.out("reports/evaluations/{task}"), evaluation)


if __name__ == "__main__":
    STAGE.main(run)
