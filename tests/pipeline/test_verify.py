"""What `make verify` accepts: the same bytes on the recorded processor, close numbers elsewhere."""

from copy import deepcopy
from typing import Any

import pytest

from ccsi.pipeline.verify import compare

INTEL = {"machines": [{"machine": "x86_64", "vendor": "GenuineIntel", "capability": "AVX512"}]}
ARM = {"machines": [{"machine": "aarch64", "vendor": "0x41", "capability": "DEFAULT"}]}
METRICS = {"accuracy": 0.9, "average_incremental_accuracy": 0.95}
LOCK: dict[str, Any] = {
    "train@t1": {
        "params": {"params.yaml": {"seed": 0}},
        "deps": [{"path": "stages/train.py", "md5": "a"}],
        "outs": [{"path": "data/models/t1", "md5": "b"}],
    },
    "summarize": {
        "deps": [{"path": "data/models", "md5": "c"}],
        "outs": [{"path": "reports/tables", "md5": "d"}],
    },
}


def with_entry(stage: str, part: str, md5: str) -> dict[str, Any]:
    lock = deepcopy(LOCK)
    lock[stage][part][0]["md5"] = md5
    return lock


def test_the_same_bytes_pass() -> None:
    assert compare((LOCK, METRICS, INTEL), (LOCK, METRICS, INTEL)) == []


def test_other_bytes_fail_on_the_recorded_processor(capsys: pytest.CaptureFixture[str]) -> None:
    other = with_entry("train@t1", "outs", "x")
    faults = compare((LOCK, METRICS, INTEL), (other, METRICS, INTEL))
    assert faults == ["train@t1 data/models/t1: other bytes"]
    assert "processor as recorded (AVX512 GenuineIntel x86_64)" in capsys.readouterr().out


def test_elsewhere_the_accuracy_must_be_close(capsys: pytest.CaptureFixture[str]) -> None:
    other = with_entry("train@t1", "outs", "x")
    other["summarize"]["deps"][0]["md5"] = "y"
    close, far = METRICS | {"accuracy": 0.904}, METRICS | {"accuracy": 0.906}
    assert compare((LOCK, METRICS, INTEL), (other, close, ARM)) == []
    assert compare((LOCK, METRICS, INTEL), (other, far, ARM)) == [
        "accuracy: 0.9060, recorded 0.9000"
    ]
    assert "comparing accuracy within 0.005" in capsys.readouterr().out


def test_results_of_several_processors_cannot_promise_bytes() -> None:
    both = {"machines": INTEL["machines"] + ARM["machines"]}
    other = with_entry("train@t1", "outs", "x")
    assert compare((LOCK, METRICS, both), (other, METRICS, both)) == []


def test_a_lock_of_another_commit_is_named() -> None:
    other = with_entry("train@t1", "deps", "x")
    faults = compare((LOCK, METRICS, INTEL), (other, METRICS, INTEL))
    assert faults == [
        "train@t1 stages/train.py: dvc.lock is not of this commit; run `dvc repro`, commit"
    ]


def test_a_missing_stage_is_a_difference() -> None:
    fewer = {"summarize": LOCK["summarize"]}
    assert compare((fewer, METRICS, INTEL), (LOCK, METRICS, INTEL))
