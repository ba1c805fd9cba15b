"""metrics.json: hand-worked values, and null where nothing can be said."""

import json
from typing import Any

import numpy as np
import pytest

from ccsi.reporting.summary import forgetting_of, summarize_metrics
from tests.reporting.toy_run import make_run

REQUIRED = {
    "accuracy",
    "balanced_accuracy",
    "average_incremental_accuracy",
    "forgetting",
    "backward_transfer",
    "auc",
    "ece",
    "ece_calibrated",
    "data_free",
    "grouped_split",
    "selection",
    "split",
    "n_test",
    "tasks",
    "method",
    "dataset",
    "seed",
}


def records_of(matrix: list[list[float]], accuracies: list[float]) -> list[dict[str, Any]]:
    """Real records with accuracies put in by hand."""
    made = make_run(tasks=len(matrix)).evaluations
    return [
        {**record, "accuracy_per_task": row, "accuracy": value}
        for record, row, value in zip(made, matrix, accuracies, strict=True)
    ]


def test_hand_worked_run() -> None:
    # Forgetting: t1 0.9 - 0.7, t2 0.8 - 0.5, mean 0.25. Transfer: the same, negative.
    # Average incremental accuracy: (0.9 + 0.7 + 0.8) / 3 = 0.8.
    summary = summarize_metrics(records_of([[0.9], [0.6, 0.8], [0.7, 0.5, 1.0]], [0.9, 0.7, 0.8]))
    assert summary["forgetting"] == pytest.approx(0.25)
    assert summary["backward_transfer"] == pytest.approx(-0.25)
    assert summary["average_incremental_accuracy"] == pytest.approx(0.8)
    assert summary["accuracy"] == 0.8
    assert summary["accuracy_after"] == {"t1": 0.9, "t2": 0.7, "t3": 0.8}
    assert summary["accuracy_per_task"] == {"t1": 0.7, "t2": 0.5, "t3": 1.0}


def test_everything_asked_for_is_there() -> None:
    summary = summarize_metrics(make_run().evaluations)
    assert summary.keys() >= REQUIRED
    assert summary["tasks"] == ["t1", "t2", "t3"]
    assert summary["n_test"] == 120
    assert summary["complete"] is True
    json.dumps(summary, allow_nan=False)


def test_ten_tasks_stay_in_order() -> None:
    summary = summarize_metrics(make_run(tasks=11).evaluations)
    assert summary["tasks"][-2:] == ["t10", "t11"]


def test_one_task_has_no_forgetting() -> None:
    summary = summarize_metrics(make_run(tasks=1).evaluations)
    assert summary["forgetting"] is None
    assert summary["backward_transfer"] is None
    assert summary["accuracy"] == summary["average_incremental_accuracy"]


def test_a_task_without_images_is_told() -> None:
    summary = summarize_metrics(make_run(without_images_of="t1").evaluations)
    assert summary["complete"] is False
    assert summary["unmeasured_tasks"] == ["t1"]
    assert summary["accuracy_after"]["t1"] is None
    assert summary["accuracy_per_task"]["t1"] is None
    assert summary["forgetting"] is not None
    json.dumps(summary, allow_nan=False)


def test_a_run_that_went_on_from_a_model_made_elsewhere() -> None:
    # Records of t2 and t3 only. What t1 had reached just after t1 (0.9) is unknown: from 0.6 alone
    # its forgetting would seem -0.1, and is 0.2. That of t2, 0.8 - 0.5, is known.
    records = records_of([[0.9], [0.6, 0.8], [0.7, 0.5, 1.0]], [0.9, 0.7, 0.8])
    summary = summarize_metrics(records[1:])
    assert summary["forgetting"] is None
    assert summary["backward_transfer"] is None
    np.testing.assert_allclose(forgetting_of(records[1:]), [np.nan, 0.3])
    np.testing.assert_allclose(forgetting_of(records), [0.2, 0.3])
    assert summary["average_incremental_accuracy"] == pytest.approx(0.75)
    assert summary["accuracy_after"] == {"t2": 0.7, "t3": 0.8}
    assert summary["tasks"] == ["t1", "t2", "t3"]
    assert (summary["complete"], summary["unmeasured_tasks"]) == (False, [])


def test_one_stage_that_is_not_data_free_marks_the_run() -> None:
    records = [dict(record) for record in make_run().evaluations]
    records[1] |= {"data_free": False, "selection": "best"}
    summary = summarize_metrics(records)
    assert summary["data_free"] is False
    assert summary["selection"] == "best, last"
