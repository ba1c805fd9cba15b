"""Audits of several runs put together: spreads and correlations that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ccsi.comparison.audits import (
    audit_rows,
    audit_table,
    figures_by_task,
    predictor_rows,
    predictor_table,
)
from ccsi.comparison.comparison import compare
from ccsi.comparison.report import audit_tables, markdown
from ccsi.comparison.run import Audit, Run
from tests.comparison.runs import make_run

RECALL = "trained on impressions, tested on held-out"


def audited(seed: int, *, kid: float, forgetting: float, spearman: str = "") -> Run:
    """A run whose figures after t1 are half of those after t2."""
    run = make_run([f"seed={seed}"])
    record: dict[str, Any] = {
        "impressions": {
            task: {
                "kid_independent_impressions": kid * share,
                "recall_trained_on_impressions_tested_on_held_out": 1 - kid,
                "copies_pixels": None,
            }
            for task, share in (("t1", 0.5), ("t2", 1.0))
        },
        "membership": [
            {"task": "t3", "target": "model", "attack": "loss", "auc": 0.6, "tpr": 0.02},
            {"task": "t2", "target": "model", "attack": "loss", "auc": 0.5, "tpr": 0.01},
        ],
        "kept_means": [
            {"of": of, "auc": auc}
            for of, auc in (("pixels", 0.7), ("pixels", 0.8), ("features", 1.0))
        ],
        "privacy_of_means": {"epsilon": None},
        "independent_recall": 0.9,
    }  # fmt: skip
    within = [
        {"figure": "kid", "features": "independent", "spearman": spearman},
        {"figure": RECALL, "features": "", "spearman": ""},
    ]
    return replace(
        run, metrics={**run.metrics, "forgetting": forgetting}, audit=Audit(record, within)
    )


def rows_of(runs: list[Run]) -> dict[tuple[str, str], dict[str, Any]]:
    rows = audit_rows(compare(runs, baseline=None).groups)
    return {(row["task"], row["figure"]): row for row in rows}


def test_figures_are_averaged_over_seeds_by_task() -> None:
    rows = rows_of([audited(0, kid=0.2, forgetting=0.1), audited(1, kid=0.4, forgetting=0.2)])
    after = rows["t2", "kid_independent_impressions"]
    assert (after["mean"], after["std"], after["n"]) == pytest.approx((0.3, 0.02**0.5, 2))
    assert rows["t1", "kid_independent_impressions"]["mean"] == pytest.approx(0.15)
    assert rows["t3", "tpr_loss_model"]["mean"] == 0.02
    assert rows["run", "auc_worst_mean"]["mean"] == 0.8
    assert rows["run", "auc_worst_mean_of_features"]["mean"] == 1.0


def test_the_tenth_task_is_later_than_the_ninth() -> None:
    audit = audited(0, kid=0.2, forgetting=0.1).audit
    assert audit is not None
    values = {"kid_independent_impressions": 0.3}
    record = {**audit.record, "impressions": {task: values for task in ("t10", "t2", "t9")}}
    assert list(figures_by_task(record)) == ["t2", "t3", "t9", "t10", "run"]


def test_what_no_audit_could_tell_has_no_row() -> None:
    rows = rows_of([audited(0, kid=0.2, forgetting=0.1)])
    assert ("t1", "copies_pixels") not in rows
    assert ("run", "epsilon_of_means") not in rows


def test_the_table_shows_the_last_task() -> None:
    groups = compare([audited(0, kid=0.2, forgetting=0.1)], baseline=None).groups
    headings, rows = audit_table(groups, "digits")
    told = {row[0]: row[1:] for row in rows}
    assert headings == ["figure", "ccsi"]
    assert told["KID"] == ["0.200"]
    assert told["membership AUC, model's loss"] == ["0.600"]


def test_between_runs_a_figure_that_rises_with_forgetting_has_rank_correlation_one() -> None:
    pairs = [(0.1, 0.0), (0.2, 0.3), (0.3, 0.4), (0.5, 0.9)]
    runs = [audited(seed, kid=k, forgetting=f) for seed, (k, f) in enumerate(pairs)]
    kid, recall = predictor_rows(compare(runs, baseline=None).groups)
    assert (kid["figure"], kid["features"]) == ("kid", "independent")
    assert (kid["runs_spearman"], kid["runs"]) == (pytest.approx(1.0), 4)
    assert (recall["figure"], recall["runs_spearman"]) == (RECALL, pytest.approx(-1.0))


def test_three_runs_are_too_few_to_correlate() -> None:
    runs = [audited(seed, kid=0.1 * seed, forgetting=0.1 * seed) for seed in range(3)]
    kid, _ = predictor_rows(compare(runs, baseline=None).groups)
    assert (kid["runs_spearman"], kid["runs_p"], kid["runs"]) == (None, None, 3)


def test_between_classes_the_runs_own_correlations_are_averaged() -> None:
    told = ["0.2", "0.4", ""]
    runs = [audited(s, kid=0.1, forgetting=0.1, spearman=value) for s, value in enumerate(told)]
    kid, _ = predictor_rows(compare(runs, baseline=None).groups)
    # Student's t with one degree of freedom: 0.3 -+ 12.7062 * 0.1
    assert (kid["classes_spearman"], kid["classes_runs"]) == (pytest.approx(0.3), 2)
    assert (kid["classes_low"], kid["classes_high"]) == pytest.approx((-0.97062, 1.57062))


def test_a_correlation_of_zero_counts() -> None:
    runs = [audited(s, kid=0.1, forgetting=0.1, spearman=v) for s, v in enumerate(["0", "0.4"])]
    kid, _ = predictor_rows(compare(runs, baseline=None).groups)
    assert (kid["classes_spearman"], kid["classes_runs"]) == (pytest.approx(0.2), 2)


def test_the_page_has_both_tables_and_nothing_of_runs_without_an_audit() -> None:
    with_audit = compare([audited(0, kid=0.2, forgetting=0.1, spearman="0.5")], baseline=None)
    _, (told, headings, rows) = audit_tables(with_audit, "digits")
    assert "Spearman" in told
    assert {len(row) for row in rows} == {len(headings)}
    assert "KID of real" not in markdown(with_audit, measure="accuracy", title="x", command="y")
    assert "| KID | 0.200 |" in markdown(with_audit, measure="accuracy", title="x", command="y")
    assert audit_tables(compare([make_run([])], baseline=None), "digits") == []


def test_predictors_as_text() -> None:
    groups = compare([audited(0, kid=0.2, forgetting=0.1, spearman="-0.5")], baseline=None).groups
    headings, rows = predictor_table(predictor_rows(groups))
    assert headings[0] == "figure"
    assert rows[0] == ["kid (independent features)", "-", "-0.50", "-", "-", "-", "1 / 1"]
