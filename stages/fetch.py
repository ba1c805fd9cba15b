"""Download a MedMNIST set once, with its MD5 checked."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.frame.stage import Stage, StageRun

STAGE = Stage(
    parameters=("dataset.name", "dataset.side"),
    item="downloads",
    # Written in place, and kept by DVC (persist): a file put there by hand must survive.
    outs=(),
)


def run(job: StageRun) -> None:
    """Download into the folder unless the file is already there."""
    from ccsi.data.download import fetch

    fetch(job.value("dataset.name"), job.value("dataset.side"), Path(job.item["raw"]))


if __name__ == "__main__":
    STAGE.main(run)
