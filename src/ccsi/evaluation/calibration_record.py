"""What a calibration found, and what else is to be known of a model before images are given it."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

from ccsi.frame.artifacts import load_json, save_json
from ccsi.frame.errors import ArtifactError

CALIBRATION_FILE = "calibration.json"
UNFITTED = 1.0


@dataclass(frozen=True)
class Calibration:
    """The temperature of one model, and the images it was fitted on.

    task: the model's last one. n_validation, n_impressions: how many of each. ece_before,
    ece_after: expected calibration error on exactly those images, in [0, 1], over `bins` bins;
    nll likewise. side, channels: of the images that the model was made for. dataset, licence: of
    that task's images. model_sha256: of the model's file.
    """

    task: str
    temperature: float
    n_validation: int
    n_impressions: int
    bins: int
    ece_before: float
    ece_after: float
    nll_before: float
    nll_after: float
    side: int
    channels: int
    dataset: str
    licence: str | None
    model_sha256: str

    def in_words(self) -> str:
        """One sentence on where the temperature comes from."""
        made = f" and {self.n_impressions} impressions of older classes"
        return (
            f"temperature {self.temperature:.3f}, fitted without any old image on "
            f"{self.n_validation} validation images of {self.task}"
            f"{made if self.n_impressions else ' alone'}; calibration error on exactly these "
            f"images {self.ece_before:.4f} before, {self.ece_after:.4f} after"
        )


def save_calibration(folder: Path, calibration: Calibration) -> None:
    """Write calibration.json."""
    save_json(folder / CALIBRATION_FILE, dataclasses.asdict(calibration))


def load_calibration(path: Path) -> Calibration:
    """Read what `save_calibration` wrote. Raises ArtifactError where it is missing or damaged."""
    record = load_json(path)
    try:
        found = Calibration(**record)
        sound = math.isfinite(found.temperature) and found.temperature > 0 and found.side > 0
    except TypeError as error:
        raise ArtifactError(f"{path} is no calibration: {error}; run `dvc repro`") from error
    if not sound:
        raise ArtifactError(
            f"{path}: temperature {found.temperature}, side {found.side}: both must be above 0; "
            "run `dvc repro`"
        )
    return found


def sha256(path: Path) -> str:
    """The hexadecimal digest of a file. Raises ArtifactError where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ArtifactError(f"cannot read {path}: {error.strerror or error}") from error
