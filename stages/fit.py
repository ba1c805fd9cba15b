"""Solve the head of all classes so far from statistics, over the frozen network."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.computing.torch_stage import TorchStage
from ccsi.frame.errors import ParameterError
from ccsi.frame.stage import StageRun
from ccsi.statistics.params import FitParams

STAGE = TorchStage(
    parameters=("fit", "method.name"),
    item="fits",
    outs=("data/fitted/{task}",),
)


def run(job: StageRun) -> None:
    """Read the network and the statistics, solve, write the model; no image is read."""
    params = job.section(FitParams, "fit")
    name = str(job.value("method.name"))

    from ccsi.methods.registry import load_method
    from ccsi.models.store import MODEL_FILE, load_classifier, save_classifier
    from ccsi.statistics.fit import fitted_classifier
    from ccsi.statistics.store import STATISTICS_FILE, load_statistics

    method = load_method(name)
    if method.head is None:
        raise ParameterError(
            f"params.yaml: method {name} has no head to solve; set method.learning to updates"
        )
    backbone = load_classifier(Path(job.item["backbone"]) / MODEL_FILE)
    gathered = load_statistics(Path(job.item["statistics"]) / STATISTICS_FILE)
    fitted = fitted_classifier(backbone, gathered, params, head=method.head, method=name)
    save_classifier(job.out("data/fitted/{task}") / MODEL_FILE, fitted)


if __name__ == "__main__":
    STAGE.main(run)
