"""The evaluation record: complete, JSON-ready, and honest about what was not measured."""

import json
from typing import Any

import numpy as np
import pytest

from ccsi.evaluation.record import Circumstances, SeenTask, evaluate
from ccsi.frame.errors import ArtifactError

SEEN = (SeenTask("t1", (0, 1), ("cat", "dog")), SeenTask("t2", (2,), ("emu",)))
HERE = Circumstances(
    dataset="toy",
    method="ccsi",
    seed=3,
    split="test",
    selection="last",
    data_free=True,
    grouped_split=False,
    model_sha256="0" * 64,
)
# True classes 0 0 1 2 2 and predictions 0 2 1 2 1: t1 has 2 of 3 right, t2 1 of 2.
LABELS = np.array([0, 0, 1, 2, 2])
TASKS = np.array([0, 0, 0, 1, 1])
PREDICTIONS = np.array([0, 2, 1, 2, 1])


def probabilities(predictions: np.ndarray = PREDICTIONS, confidence: float = 0.8) -> np.ndarray:
    table = np.full((len(predictions), 3), (1 - confidence) / 2, dtype=np.float32)
    table[np.arange(len(predictions)), predictions] = confidence
    return table


def record(**changes: Any) -> dict[str, Any]:
    arrays = {"probabilities": probabilities(), "labels": LABELS, "tasks": TASKS} | changes
    return evaluate(**arrays, seen=SEEN, circumstances=HERE, bins=15)


def test_hand_worked_record() -> None:
    made = record()
    assert made["task"] == "t2"
    assert made["n"] == 5
    assert made["n_per_task"] == [3, 2]
    assert made["accuracy"] == pytest.approx(3 / 5)
    assert made["accuracy_per_task"] == pytest.approx([2 / 3, 1 / 2], abs=1e-6)
    assert made["balanced_accuracy"] == pytest.approx((1 / 2 + 1 + 1 / 2) / 3, abs=1e-6)
    assert made["support"] == [2, 1, 2]
    assert made["confusion"] == [[1, 0, 1], [0, 1, 0], [0, 1, 1]]
    assert made["ece"] == pytest.approx(0.8 - 3 / 5, abs=1e-6)
    assert [row["class_name"] for row in made["recall"]] == ["cat", "dog", "emu"]
    assert all(row["low"] <= row["recall"] <= row["high"] for row in made["recall"])
    assert sum(row["count"] for row in made["reliability"]) == 5
    assert made["unmeasured_tasks"] == []
    assert (made["data_free"], made["grouped_split"], made["split"]) == (True, False, "test")


def test_record_survives_json_unchanged() -> None:
    made = record()
    assert json.loads(json.dumps(made, allow_nan=False)) == made


def test_a_task_without_images_is_null_and_named() -> None:
    new = TASKS == 1
    made = record(probabilities=probabilities()[new], labels=LABELS[new], tasks=TASKS[new])
    assert made["accuracy_per_task"] == [None, 0.5]
    assert made["unmeasured_tasks"] == ["t1"]
    assert made["accuracy"] == 0.5
    assert made["recall"][0]["recall"] is None
    assert made["support"] == [0, 0, 2]
    json.dumps(made, allow_nan=False)


def test_no_images_at_all() -> None:
    made = record(probabilities=np.empty((0, 3)), labels=LABELS[:0], tasks=TASKS[:0])
    assert made["accuracy"] is None
    assert made["auc"] is None
    assert made["ece"] is None
    assert made["unmeasured_tasks"] == ["t1", "t2"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"probabilities": probabilities()[:, :2]}, r"probabilities \[N, 3\]"),
        ({"probabilities": probabilities() * np.nan}, "sum to 1"),
        ({"probabilities": probabilities() * 2}, "sum to 1"),
        ({"labels": LABELS[:4]}, "5 predictions, 4 labels"),
        ({"labels": LABELS + 1}, "outside 0..2"),
        ({"tasks": 1 - TASKS}, "another task"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changes: dict[str, np.ndarray], fault: str) -> None:
    with pytest.raises(ArtifactError, match=fault):
        record(**changes)


def test_class_ids_must_follow_arrival() -> None:
    with pytest.raises(ArtifactError, match="in the order of the tasks"):
        evaluate(probabilities(), LABELS, TASKS, seen=SEEN[::-1], circumstances=HERE, bins=15)
