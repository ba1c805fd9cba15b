"""calibration.json: written, read, and refused where it is damaged."""

import dataclasses
from pathlib import Path

import pytest

from ccsi.evaluation.calibration_record import (
    CALIBRATION_FILE,
    Calibration,
    load_calibration,
    save_calibration,
)
from ccsi.frame.artifacts import save_json
from ccsi.frame.errors import ArtifactError

SOUND = Calibration(
    task="t2",
    temperature=1.5,
    n_validation=36,
    n_impressions=100,
    bins=15,
    ece_before=0.2,
    ece_after=0.1,
    nll_before=0.5,
    nll_after=0.4,
    side=8,
    channels=1,
    dataset="toy",
    licence="CC BY 4.0",
    model_sha256="0" * 64,
)


def test_it_comes_back_as_written(tmp_path: Path) -> None:
    save_calibration(tmp_path, SOUND)
    assert load_calibration(tmp_path / CALIBRATION_FILE) == SOUND


def test_it_says_which_images_it_was_fitted_on() -> None:
    assert "36 validation images of t2 and 100 impressions" in SOUND.in_words()
    alone = dataclasses.replace(SOUND, n_impressions=0)
    assert "36 validation images of t2 alone" in alone.in_words()


@pytest.mark.parametrize("changes", [{"temperature": 0}, {"temperature": -1}, {"side": 0}])
def test_impossible_values_are_refused(tmp_path: Path, changes: dict[str, float]) -> None:
    save_json(tmp_path / "c.json", dataclasses.asdict(SOUND) | changes)
    with pytest.raises(ArtifactError, match="must be above 0"):
        load_calibration(tmp_path / "c.json")


@pytest.mark.parametrize("record", [{}, {"temperature": "hot"}, {"surprise": 1}])
def test_another_record_is_refused(tmp_path: Path, record: dict[str, object]) -> None:
    save_json(tmp_path / "c.json", record)
    with pytest.raises(ArtifactError, match="is no calibration"):
        load_calibration(tmp_path / "c.json")


def test_infinity_is_refused(tmp_path: Path) -> None:
    save_calibration(tmp_path, SOUND)
    path = tmp_path / CALIBRATION_FILE
    path.write_text(path.read_text().replace("1.5", "Infinity"))
    with pytest.raises(ArtifactError, match="temperature inf"):
        load_calibration(path)
