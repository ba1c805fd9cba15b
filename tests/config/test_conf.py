"""The committed conf/: everything in it composes, and every constant says where it is from."""

import re
from pathlib import Path

import pytest
import yaml

from ccsi.config.compose import compose_params
from ccsi.config.hydra_tree import group_options
from ccsi.config.sections import KNOWN, SECTIONS
from ccsi.frame.errors import CcsiError
from tests.config.projects import REPOSITORY

CONF = REPOSITORY / "conf"
OPTIONS = group_options(CONF)
OWN_DATA = {"npz", "folder", "arrivals"}
DATASETS = [name for name in OPTIONS["dataset"] if name not in OWN_DATA]
SOURCE = re.compile(r"\([^()]*(\([^()]*\))?[^()]*\)$")
GROUPS = ("network", "budget", "budget_dataset", "method", "budget_method")
FILES = [
    *CONF.glob("*.yaml"),
    *(file for group in GROUPS for file in (CONF / group).glob("*.yaml")),
]


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("budget", OPTIONS["budget"])
def test_every_data_set_composes_at_every_budget(dataset: str, budget: str) -> None:
    params = compose_params(CONF, [f"dataset={dataset}", f"budget={budget}"])
    assert list(params) == list(KNOWN)
    assert list(params["tasks"]) == [f"t{n + 1}" for n in range(len(params["tasks"]))]
    assert list(params["increments"]) == list(params["tasks"])[1:]
    ids = [task["first_id"] + n for task in params["tasks"].values() for n in
           range(len(task["classes"]))]  # fmt: skip
    assert ids == list(range(len(ids)))


@pytest.mark.parametrize("method", OPTIONS["method"])
@pytest.mark.parametrize("dataset", ["digits", "bloodmnist"])
def test_every_method_composes(dataset: str, method: str) -> None:
    for budget in OPTIONS["budget"]:
        params = compose_params(
            CONF, [f"dataset={dataset}", f"method={method}", f"budget={budget}", "network=deep"]
        )
        assert params["method"]["name"] == method.replace("-", "_")
        assert bool(params["rehearsals"]) == (params["method"]["rehearsal"] == "impressions")
        assert (REPOSITORY / f"src/ccsi/methods/{params['method']['name']}.py").is_file()


def test_params_open_with_what_people_edit() -> None:
    params = compose_params(CONF)
    assert list(params)[:7] == [
        "loss", "synthesis", "train", "update", "model", "dataset", "method",
    ]  # fmt: skip
    assert params["loss"] == {
        "ce": 1.0, "distillation": 5.0, "margin": 1.0, "idc": 1.0, "logits": 0.0,
        "local": 0.0,
    }  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(CONF)))
def test_every_value_has_a_comment_that_ends_in_its_source(file: Path) -> None:
    below_defaults = False
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        below_defaults = line == "defaults:" or (below_defaults and line.startswith("  - "))
        key = re.match(r"\s*[a-z_]\w*: *([^#]*?)\s*(?:#\s*(.*))?$", line)
        if line.lstrip().startswith("#") or below_defaults or not key or not key[1]:
            continue
        if key[1] == "{}" and key[2] is None:
            raise AssertionError(f"{file.name}:{number}: no comment")
        assert key[2], f"{file.name}:{number}: no comment: {line}"
        pointer = key[2].startswith("one file of conf/")
        assert pointer or SOURCE.search(key[2]), f"{file.name}:{number}: no source: {line}"


def test_defaults_hold_every_parameter() -> None:
    """Nothing is left to a default in code: a key without a value would not compose."""
    params = compose_params(CONF)
    text = (CONF / "defaults.yaml").read_text()
    laid_out = {"dataset", "method"}  # each from a file of its own
    for section in SECTIONS.keys() - laid_out:
        written = yaml.safe_load(text)[section]
        assert list(written) == list(params[section])


def test_demo_stays_within_its_budget() -> None:
    params = compose_params(CONF)
    dataset, train, update = params["dataset"], params["train"], params["update"]
    images = 1797 * (1 - dataset["test_fraction"] - dataset["val_fraction"]) * dataset["fraction"]
    each = images / len(params["tasks"])
    assert update["replay_ratio"] == "balanced"
    seen = {task: params["tasks"][task]["first_id"] for task in params["increments"]}
    shares = [old / (old + dataset["classes_per_task"]) for old in seen.values()]
    draws = each * train["epochs"] + sum(each / (1 - r) for r in shares) * update["epochs"]
    assert draws <= 40_000
    synthesis = params["synthesis"]
    old = sum(task["first_id"] for task in params["tasks"].values())
    assert old * synthesis["impressions_per_class"] * synthesis["iterations"] <= 10_000


def test_paper_settings_follow_the_data_set_and_the_task() -> None:
    organs = compose_params(CONF, ["dataset=organamnist", "budget=paper"])
    assert organs["seed"] == 2
    assert organs["tasks"]["t4"]["update"] == {"replay_ratio": 0.5, "rho": 0.9, "tau": 1.0}
    assert organs["tasks"]["t4"]["synthesis"]["impressions_per_class"] == 30 * 40 // 9
    assert organs["tasks"]["t2"]["synthesis"]["tv"] == pytest.approx(0.1 * 40**0.5, rel=1e-2)
    blood = compose_params(CONF, ["dataset=bloodmnist", "budget=paper"])
    assert blood["tasks"]["t3"]["update"]["rho"] == 0.999
    other = compose_params(CONF, ["dataset=dermamnist", "budget=paper"])
    assert other["per_task"] == blood["per_task"]
    for params in (organs, blood):
        assert params["model"]["sigma"] == 1.0
        assert params["update"]["schedule"] == "plateau"
        for stage in ("train", "update"):
            assert (params[stage]["momentum"], params[stage]["weight_decay"]) == (0.0, 0.0)
        assert params["synthesis"]["iterations"] == 5000


def test_a_budget_may_have_more_rows_than_there_are_tasks() -> None:
    params = compose_params(CONF, ["dataset=octmnist", "budget=reduced"])
    assert list(params["tasks"]) == ["t1", "t2"]
    assert params["tasks"]["t2"]["synthesis"] == {"impressions_per_class": 80}


def test_the_full_budget_updates_in_as_many_steps_as_reduced_on_all_images() -> None:
    full, reduced = (
        compose_params(CONF, ["dataset=bloodmnist", f"budget={budget}"])
        for budget in ("full", "reduced")
    )
    assert full["dataset"]["fraction"] == 1
    assert full["update"]["epochs"] == reduced["update"]["epochs"] * reduced["dataset"]["fraction"]
    assert full["synthesis"] == reduced["synthesis"]
    assert full["per_task"] == reduced["per_task"]


def test_method_wins_over_budget_and_overrides_over_both() -> None:
    params = compose_params(CONF, ["method=finetune", "budget=paper", "dataset=dermamnist"])
    assert params["update"]["replay_ratio"] == 0.0
    params = compose_params(CONF, ["budget=quick", "synthesis.iterations=50"])
    assert params["synthesis"]["iterations"] == 50


@pytest.mark.parametrize("budget", OPTIONS["budget"])
def test_impressions_that_start_as_noise_take_more_steps_but_for_the_paper_s(budget: str) -> None:
    means = compose_params(CONF, ["dataset=digits", f"budget={budget}"])["synthesis"]
    noise = compose_params(CONF, ["dataset=digits", f"budget={budget}", "method=deepinversion"])
    times = 1 if budget == "paper" else 10
    assert noise["synthesis"]["iterations"] == times * means["iterations"]
    assert noise["synthesis"]["warmup"] == times * means["warmup"]


@pytest.mark.parametrize("dataset", sorted(OWN_DATA))
def test_own_data_asks_for_its_path(dataset: str) -> None:
    with pytest.raises(CcsiError, match=r"dataset\.path"):
        compose_params(CONF, [f"dataset={dataset}"])
