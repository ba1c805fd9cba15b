"""Reading a run back, and refusing a mixture of runs."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from ccsi.evaluation.calibration_record import save_calibration
from ccsi.frame.artifacts import load_array, save_array
from ccsi.frame.errors import ArtifactError
from ccsi.reporting.results import RunResults, check_one_run, load_results
from tests.evaluation.test_calibration_record import SOUND
from tests.reporting.toy_run import make_run, write_run


def read(
    root: Path, tasks: list[str], *, trained: list[str] | None = None, made: list[str] | None = None
) -> RunResults:
    data = root / "data"
    return load_results(
        tasks,
        trained=tasks if trained is None else trained,
        made=tasks[:-1] if made is None else made,
        evaluations=root / "reports/evaluations",
        means=data / "means",
        models=data / "models",
        impressions=data / "impressions",
        calibration=data / "calibration",
        audit=data / "none",
    )


def test_what_was_written_is_read(tmp_path: Path) -> None:
    run = make_run()
    write_run(tmp_path, run)
    again = read(tmp_path, ["t1", "t2", "t3"])
    assert again.evaluations == run.evaluations
    assert again.training == run.training
    assert list(again.impressions) == ["t1", "t2"]
    np.testing.assert_array_equal(again.means, run.means)
    np.testing.assert_array_equal(again.impressions["t2"].images, run.impressions["t2"].images)
    assert again.synthesis["t1"][0].keys() == run.synthesis["t1"][0].keys()


def calibrated(root: Path, temperature: float, model_sha256: str = "0" * 64) -> float | None:
    found = dataclasses.replace(SOUND, temperature=temperature, model_sha256=model_sha256)
    save_calibration(root / "data/calibration", found)
    return read(root, ["t1", "t2", "t3"]).ece_calibrated


def test_the_calibrated_error_is_that_of_the_scaled_probabilities(tmp_path: Path) -> None:
    """0.8 and the rest shared by five, square-rooted: the highest is sqrt(20) / (sqrt(20) + 5)."""
    run = make_run()
    write_run(tmp_path, run)
    folder = tmp_path / "reports/evaluations/t3"
    labels = load_array(folder / "labels.npy")
    probabilities = np.full((len(labels), 6), 0.04, dtype=np.float32)
    probabilities[np.arange(len(labels)), (labels + (np.arange(len(labels)) % 4 == 0)) % 6] = 0.8
    save_array(folder / "probabilities.npy", probabilities)
    assert calibrated(tmp_path, 1.0) == pytest.approx(0.8 - 0.75, abs=1e-5)
    assert calibrated(tmp_path, 2.0) == pytest.approx(0.75 - 20**0.5 / (20**0.5 + 5), abs=1e-5)
    again = read(tmp_path, ["t1", "t2", "t3"])
    # All confidences are equal, so the error moves as the share of right answers does.
    assert again.ece_calibrated_error == pytest.approx((0.75 * 0.25 / len(labels)) ** 0.5, abs=1e-5)


def test_a_calibration_of_another_model_is_refused(tmp_path: Path) -> None:
    write_run(tmp_path, make_run())
    with pytest.raises(ArtifactError, match="is of another model"):
        calibrated(tmp_path, 2.0, "1" * 64)


def test_without_a_calibration_nothing_is_said_of_one(tmp_path: Path) -> None:
    write_run(tmp_path, make_run())
    again = read(tmp_path, ["t1", "t2", "t3"])
    assert (again.ece_calibrated, again.ece_calibrated_error) == (None, None)


def test_folders_left_by_a_larger_split_are_not_read(tmp_path: Path) -> None:
    write_run(tmp_path, make_run(tasks=4, seed=1))
    write_run(tmp_path, make_run(tasks=2))
    again = read(tmp_path, ["t1", "t2"])
    assert len(again.evaluations) == 2
    assert list(again.training) == ["t1", "t2"]
    assert list(again.impressions) == list(again.synthesis) == ["t1"]


def test_no_impressions_and_a_model_made_elsewhere(tmp_path: Path) -> None:
    write_run(tmp_path, make_run(impressions=False))
    (tmp_path / "data/models/t1/training.csv").unlink()
    again = read(tmp_path, ["t1", "t2", "t3"], trained=["t2", "t3"], made=[])
    assert again.impressions == {}
    assert list(again.training) == ["t2", "t3"]


def test_curves_that_another_method_left_are_not_read(tmp_path: Path) -> None:
    write_run(tmp_path, make_run())
    assert list(read(tmp_path, ["t1", "t2", "t3"], trained=["t1"]).training) == ["t1"]


def test_a_missing_evaluation_is_named(tmp_path: Path) -> None:
    write_run(tmp_path, make_run(tasks=2))
    with pytest.raises(ArtifactError, match="t3"):
        read(tmp_path, ["t1", "t2", "t3"])


@pytest.mark.parametrize(
    ("odd", "fault"),
    [({"seed": 1}, "seed"), ({"names": [f"other {c}" for c in range(6)]}, "tasks")],
)
def test_a_mixture_of_runs_is_refused(odd: dict[str, object], fault: str) -> None:
    first, second = make_run(), make_run(**odd)  # type: ignore[arg-type]
    with pytest.raises(ArtifactError, match=f"differ in {fault}"):
        check_one_run([*first.evaluations[:1], *second.evaluations[1:]])


def test_a_run_that_went_on_from_a_model_made_elsewhere(tmp_path: Path) -> None:
    # The start model knows t1 and t2, so its evaluation stands in the place of both.
    run = make_run(tasks=4)
    write_run(tmp_path, run)
    folder = tmp_path / "reports/evaluations"
    (folder / "t1/evaluation.json").write_bytes((folder / "t2/evaluation.json").read_bytes())
    again = read(tmp_path, ["t1", "t2", "t3", "t4"])
    assert [record["task"] for record in again.evaluations] == ["t2", "t3", "t4"]
    # It may also bring classes of another data set: then the run's own tasks begin later.
    later = read(tmp_path, ["t3", "t4"], made=["t2", "t3"])
    assert [record["task"] for record in later.evaluations] == ["t3", "t4"]
    assert list(later.impressions) == ["t2", "t3"]


def test_nothing_to_report_is_an_error() -> None:
    with pytest.raises(ArtifactError, match="dvc repro"):
        check_one_run([])
