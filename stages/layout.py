"""Check that the tasks in params.yaml still follow from the choices above them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.config.layout_inputs import LAYOUT_INPUTS, check_laid_out
from ccsi.frame.stage import Stage, StageRun

STAGE = Stage(parameters=(*LAYOUT_INPUTS, "layout"), outs=("data/laid_out",))


def run(job: StageRun) -> None:
    """Compare the digest of the choices with the one written when the tasks were laid out."""
    check_laid_out({key: job.value(key) for key in LAYOUT_INPUTS}, job.value("layout")["inputs"])
    # Constant: it makes this check come before whatever is named to DVC, and reruns nothing.
    job.out("data/laid_out").write_text("The tasks follow from the choices above them.\n")


if __name__ == "__main__":
    STAGE.main(run)
