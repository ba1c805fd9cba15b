"""Means, intransigence and tests over seeds; duplicates once."""

import pytest

from ccsi.comparison.comparison import compare, differing_settings
from ccsi.comparison.report import COLUMNS, csv_rows, markdown
from ccsi.frame.errors import ParameterError
from tests.comparison.runs import make_run, seeds

RUNS = [
    *seeds("method=finetune", accuracies=[0.2, 0.3, 0.4]),
    *seeds("method=joint", accuracies=[0.9, 0.9, 0.9]),
]


def test_means_deviations_and_the_paired_difference() -> None:
    found = compare(RUNS, baseline="finetune")
    line = found.line("digits", "finetune", "accuracy")
    assert line is not None
    assert line.seeds == (0, 1, 2)
    assert line.spread.mean == pytest.approx(0.3)
    assert line.spread.std == pytest.approx(0.1)
    assert line.paired is None
    joint = found.line("digits", "joint", "accuracy")
    assert joint is not None
    assert joint.paired is not None
    assert joint.paired.difference == pytest.approx(0.6)
    assert joint.paired.n == 3


def test_intransigence_is_taken_against_joint_of_the_same_seed() -> None:
    found = compare([*RUNS, make_run(["method=finetune", "seed=9"])], baseline=None)
    line = found.line("digits", "finetune", "intransigence")
    assert line is not None
    assert line.seeds == (0, 1, 2)
    assert line.spread.mean == pytest.approx(0.6)
    assert found.line("digits", "finetune", "intransigence.t2") is not None
    assert found.line("digits", "joint", "intransigence") is None


def test_a_run_made_twice_counts_once_and_it_is_said() -> None:
    twin = make_run(["method=finetune", "seed=0"], accuracy=0.2, name="twin")
    found = compare([*RUNS, twin], baseline=None)
    line = found.line("digits", "finetune", "accuracy")
    assert line is not None
    assert line.spread.n == 3
    assert any("twin is method=finetune-seed=0" in note for note in found.notes)


def test_an_unknown_baseline_is_told_the_nearest() -> None:
    with pytest.raises(ParameterError, match="did you mean finetune"):
        compare(RUNS, baseline="fintune")


def test_what_differs_between_the_groups_is_told() -> None:
    differing = differing_settings(compare(RUNS, baseline=None), "digits")
    assert differing["model.norm"] == {"finetune": "bn", "joint": "cn"}
    assert "train.epochs" not in differing
    assert "seed" not in differing


def test_the_files_hold_every_group_and_say_how_they_were_made() -> None:
    found = compare(RUNS, baseline="finetune")
    rows = csv_rows(found)
    assert all(set(row) <= set(COLUMNS) for row in rows)
    told = {(row["group"], row["measure"]): row["mean"] for row in rows}
    assert told["joint", "accuracy"] == pytest.approx(0.9)
    assert told["finetune", "accuracy_per_task.t1"] == pytest.approx(0.3)
    page = markdown(found, measure="accuracy", title="X", command="ccsi compare")
    assert "| finetune | yes | 3 | 30.0 ± 10.0 |" in page
    assert "| joint | no | 3 | 90.0 ± 0.0 |" in page
    assert {(row["group"], row["data_free"]) for row in rows} == {
        ("finetune", True), ("joint", False),
    }  # fmt: skip
    assert "`ccsi compare`" in page
