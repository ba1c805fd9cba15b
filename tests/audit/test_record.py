"""audit.json from tables."""

import json
import math
from typing import Any

import numpy as np
import pytest

from ccsi.audit.kept_means import counted_rows, kept_mean_rows, privacy_of_means
from ccsi.audit.leaks import membership_rows, neighbour_rows
from ccsi.audit.quality import fidelity_rows, recall_rows
from ccsi.audit.real_images import as_vectors
from ccsi.audit.record import Circumstances, audit_record
from tests.audit.real_classes import real, synthetic
from tests.toy_networks import classifier

Tables = dict[str, list[dict[str, Any]]]


def make_tables(*, impressions: bool = True) -> Tables:
    """The tables of two toy classes."""
    network, classes, made = classifier(), real(), synthetic() if impressions else {}
    random = np.random.default_rng(0)
    tables: Tables = {name: [] for name in ("fidelity", "recall", "neighbours")}
    tables["membership"] = [*membership_rows("t2", classes, network, made, network, network)]
    if impressions:
        fidelity = fidelity_rows("t2", classes, made, network, features="own", neighbours=3)
        tables["fidelity"] = list(fidelity)
        tables["recall"] = list(recall_rows("t2", classes, made, network, network))
        pairs = neighbour_rows("t2", classes, made, network, most=9, resamples=99, generator=random)
        tables["neighbours"] = [row for row, _ in pairs]
    spaces = [(one, as_vectors(one.members), as_vectors(one.held)) for one in classes]
    tables["means"] = [
        row
        for one, members, held in spaces
        for row in kept_mean_rows(one, members.mean(axis=0), 30, members, held, of="pixels")
    ]
    tables["mean_counts"] = [
        row
        for one in classes
        for row in counted_rows(one, draws=1, generator=random, counts=(5, 20))
    ]
    return tables


def make_record(
    *, impressions: bool = True, keeps: tuple[str, ...] = (), noise: float = 0.0
) -> dict[str, Any]:
    """The record of these tables."""
    return audit_record(
        make_tables(impressions=impressions),
        Circumstances("toy", "ccsi", 0, "test", keeps),
        independent_recall=0.5,
        privacy=privacy_of_means([30, 40], pixels=64, noise=noise, delta=1e-5),
    )


def test_the_record_is_json_and_sums_the_tables_up() -> None:
    record = make_record()
    json.dumps(record, allow_nan=False)
    found = record["impressions"]["t2"]
    assert (found["classes"], found["n"]) == (2, 18)
    assert found["expected_pixels"] == pytest.approx(30 / 54, abs=1e-6)
    rows = [r for r in make_tables()["fidelity"] if r["kind"] == "impressions"]
    mean = float(np.mean([row["coverage"] for row in rows]))
    assert found["coverage_own_impressions"] == pytest.approx(mean, abs=1e-6)
    assert 0 <= found["p_pixels"] <= 1
    assert {row["of"] for row in record["membership"]} == {"all"}
    assert record["not_applicable"] == []
    assert [(row["count"], row["classes"]) for row in record["mean_counts"]] == [
        (5, 2), (5, 2), (20, 2), (20, 2),
    ]  # fmt: skip
    assert record["privacy_of_means"]["epsilon"] is None


def test_the_worst_class_is_named() -> None:
    rows = [row for row in make_tables()["means"] if row["attack"] == "whitened"]
    worst = next(row for row in make_record()["kept_means"] if row["attack"] == "whitened")
    assert worst["auc"] == pytest.approx(max(row["auc"] for row in rows), abs=1e-6)
    assert math.isclose(worst["count"], 30)


def test_what_does_not_apply_is_said() -> None:
    told = make_record(impressions=False, keeps=("exemplars",))["not_applicable"]
    assert "makes no impressions" in told[0]
    assert "keeps real images" in told[1]


def test_beside_an_epsilon_it_is_said_that_the_noise_must_be_unknown() -> None:
    record = make_record(noise=0.1)
    assert record["privacy_of_means"]["epsilon"] > 0
    assert ["means.noise_seed=null" in told for told in record["not_applicable"]] == [True]
