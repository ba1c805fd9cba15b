"""Fit a model's temperature on its own task's validation images and the impressions."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.computing.torch_stage import TorchStage
from ccsi.frame.stage import StageRun

STAGE = TorchStage(
    parameters=("evaluate.bins",),
    item="calibrations",
    outs=("data/calibration/{task}",),
)


def run(job: StageRun) -> None:
    """Read the model, the images and the impressions, fit, write the calibration."""
    bins = int(job.value("evaluate.bins"))

    from ccsi.evaluation.calibration_record import save_calibration
    from ccsi.pipeline.calibration import calibrate_model

    data, model, impressions = (Path(job.item[key]) for key in ("data", "model", "impressions"))
    calibration = calibrate_model(data, model, impressions, bins=bins)
    save_calibration(job.out("data/calibration/{task}"), calibration)


if __name__ == "__main__":
    STAGE.main(run)
