"""The headline numbers and how uncertain they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ccsi.evaluation.metrics import wilson_interval
from ccsi.reporting.headline import Headline, headlines
from ccsi.reporting.results import RunResults
from ccsi.reporting.summary import summarize_metrics
from tests.reporting.toy_run import make_run


def told(run: RunResults) -> dict[str, Headline]:
    return {line.name: line for line in headlines(summarize_metrics(run.evaluations), run)}


def test_the_accuracy_comes_first_with_wilsons_interval() -> None:
    run = make_run(tasks=3)
    first = next(iter(told(run).values()))
    last = run.evaluations[-1]
    assert first.name == "Accuracy after the last task"
    assert first.value == last["accuracy"]
    assert (first.low, first.high) == wilson_interval(
        round(last["accuracy"] * last["n"]), last["n"]
    )
    assert f"{last['n']} test images" in first.meaning


def test_every_interval_holds_its_value_and_stays_in_range() -> None:
    for line in told(make_run(tasks=4)).values():
        if line.low is not None and line.high is not None and line.value is not None:
            lowest = -1 if line.name in ("Forgetting", "Backward transfer") else 0
            assert lowest <= line.low <= line.value <= line.high <= 1, line.name


def test_the_bootstrap_is_the_same_again_and_narrows_with_more_images() -> None:
    few, many = make_run(tasks=3, per_class=20), make_run(tasks=3, per_class=400)
    assert told(few) == told(make_run(tasks=3, per_class=20))

    def width(run: RunResults) -> float:
        line = told(run)["Average incremental accuracy"]
        assert line.low is not None
        assert line.high is not None
        return line.high - line.low

    assert width(many) < width(few)


def test_tasks_whose_images_are_gone_do_not_narrow_the_interval() -> None:
    """Of two tasks, the first without images: the mean over tasks is the accuracy after t2."""
    run = make_run(tasks=2, per_class=400, without_images_of="t1")
    n = run.evaluations[-1]["n"]
    right = np.arange(n) < round(run.evaluations[-1]["accuracy"] * n)
    gone = np.zeros(0, dtype=bool)
    lines = told(replace(run, hits=[[gone], [gone, right]]))
    after, mean = lines["Accuracy after the last task"], lines["Average incremental accuracy"]
    assert mean.value == after.value
    assert mean.low == pytest.approx(after.low, abs=0.005)
    assert mean.high == pytest.approx(after.high, abs=0.005)


def test_the_calibration_error_as_scaled_has_an_interval_of_its_own() -> None:
    run = replace(make_run(tasks=3), ece_calibrated=0.02, ece_calibrated_error=0.02)
    summary = summarize_metrics(run.evaluations, ece_calibrated=run.ece_calibrated)
    line = headlines(summary, run)[-1]
    assert (line.value, line.low) == (0.02, 0.0)
    assert line.high == pytest.approx(0.02 + 1.96 * 0.02, abs=1e-4)


def test_what_is_undefined_has_no_interval() -> None:
    line = told(make_run(tasks=1, impressions=False))["Forgetting"]
    assert (line.value, line.low, line.high) == (None, None, None)


def test_a_run_that_went_on_from_elsewhere_has_none_for_what_compares_models() -> None:
    run = make_run(tasks=3)
    later = replace(run, evaluations=run.evaluations[1:], hits=run.hits[1:])
    found = told(later)
    assert found["Average incremental accuracy"].low is None
    assert found["Accuracy after the last task"].low == pytest.approx(
        told(run)["Accuracy after the last task"].low
    )
