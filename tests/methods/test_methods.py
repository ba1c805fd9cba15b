"""What defines each method: the terms it trains with, and what its configuration fixes."""

from itertools import combinations
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from ccsi.config.compose import compose_params
from ccsi.methods.params import MethodParams
from ccsi.methods.registry import load_method, method_names
from ccsi.training.step import Step, weighted_terms
from tests.training.test_terms import make_step

CONF = Path(__file__).resolve().parents[2] / "conf"


def params_of(method: str, budget: str = "demo") -> dict:
    return compose_params(CONF, [f"method={method}", f"budget={budget}"])


@pytest.mark.parametrize("name", method_names())
def test_the_settings_use_only_the_methods_own_terms(name: str) -> None:
    method, params = load_method(name), params_of(name.replace("_", "-"))
    assert (params["method"]["learning"] == "statistics") == (method.head is not None)
    if method.head is None:
        method.require_known(params["loss"])


def test_finetune_is_cross_entropy_over_all_classes_on_the_tasks_own_images() -> None:
    params, method = params_of("finetune"), load_method("finetune")
    assert (params["method"]["rehearsal"], params["method"]["reads"]) == ("none", "task")
    assert (params["update"]["imprint"], params["update"]["freeze_old_rows"]) == (False, False)
    assert set(method.terms) == {"ce"}
    assert {name: weight for name, weight in params["loss"].items() if weight} == {"ce": 1.0}
    step = make_step()
    expected = F.cross_entropy(step.output.logits, step.batch.labels)
    torch.testing.assert_close(method.terms["ce"](step), expected)


def test_joint_trains_afresh_on_the_images_of_all_tasks_as_the_first_is_trained() -> None:
    params, method = params_of("joint"), load_method("joint")
    assert method.starts_afresh
    assert not method.data_free
    assert (params["method"]["rehearsal"], params["method"]["reads"]) == ("none", "seen")
    assert {name: weight for name, weight in params["loss"].items() if weight} == {"ce": 1.0}
    shared = params["train"].keys() & params["update"].keys()
    assert {"epochs", "batch", "lr", "symmetries", "select"} <= shared
    assert {key: params["update"][key] for key in shared} == {
        key: params["train"][key] for key in shared
    }


@pytest.mark.parametrize("name", ["lwf", "deepinversion"])
def test_logits_are_distilled_on_every_image_of_the_batch(name: str) -> None:
    step = make_step()
    step.output.logits.retain_grad()
    load_method(name).terms["logits"](step).backward()
    gradient = step.output.logits.grad
    assert (gradient[:, :2].abs().sum(1) > 0).all()
    assert torch.equal(gradient[:, 2:], torch.zeros(8, 2))


def test_lwf_is_cross_entropy_and_the_old_models_answers_without_rehearsal() -> None:
    params, method = params_of("lwf"), load_method("lwf")
    assert params["method"]["rehearsal"] == "none"
    step = make_step(temperature=2.0)
    weights = {name: weight for name, weight in params["loss"].items() if weight}
    assert weights == {"ce": 1.0, "logits": 1.0}
    total = sum(weight * method.terms[name](step) for name, weight in weights.items())
    old, new = step.old_output.logits / 2, step.output.logits[:, :2] / 2
    divergence = (old.softmax(1) * (old.log_softmax(1) - new.log_softmax(1))).sum(1).mean()
    expected = F.cross_entropy(step.output.logits, step.batch.labels) + 4 * divergence
    torch.testing.assert_close(total, expected)


def test_deepinversion_starts_from_noise_and_matches_batch_statistics_alone() -> None:
    params = params_of("deepinversion")
    assert params["model"]["norm"] == "bn"
    assert params["method"]["rehearsal"] == "impressions"
    synthesis = params["synthesis"]
    assert (synthesis["start"], synthesis["group_moments"]) == ("noise", 0.0)
    assert synthesis["batch_moments"] > 0
    assert {name for name, weight in params["loss"].items() if weight} == {"ce", "logits"}


def test_ccsi_guides_by_group_moments_with_gradient_and_weighs_its_four_losses() -> None:
    params, method = params_of("ccsi"), load_method("ccsi")
    assert method.data_free
    assert (params["model"]["norm"], params["model"]["head"]) == ("cn", "cosine")
    synthesis = params["synthesis"]
    assert (synthesis["start"], synthesis["group_gradient"]) == ("mean", True)
    assert min(synthesis["batch_moments"], synthesis["group_moments"]) > 0
    assert params["update"]["imprint"]
    weighed = {name for name, weight in params["loss"].items() if weight}
    assert weighed == {"ce", "distillation", "margin", "idc"} <= set(method.terms)


def test_class_impression_has_the_losses_of_ccsi_and_batch_statistics_alone() -> None:
    ci, ccsi = params_of("ci"), params_of("ccsi")
    assert ci["model"] == {**ccsi["model"], "norm": "bn"}
    assert ci["synthesis"] == {**ccsi["synthesis"], "group_moments": 0.0}
    assert ccsi["synthesis"]["group_moments"] > 0
    assert ci["loss"] == ccsi["loss"]
    assert {name for name, weight in ci["loss"].items() if weight} == {
        "ce", "distillation", "margin", "idc",
    }  # fmt: skip


def test_ccsi_local_adds_two_terms_and_renewed_moments_to_ccsi() -> None:
    local, ccsi = params_of("ccsi-local"), params_of("ccsi")
    weights = {name: weight for name, weight in local["loss"].items() if weight}
    assert set(weights) - {name for name, weight in ccsi["loss"].items() if weight} == {
        "local", "logits",
    }  # fmt: skip
    assert weights["ce"] + weights["local"] == ccsi["loss"]["ce"]
    assert local["update"] == {**ccsi["update"], "reestimate_moments": True}
    assert local["synthesis"] == ccsi["synthesis"]


def test_lucir_rehearses_real_images_with_cosine_head_distillation_and_margin() -> None:
    params, method = params_of("lucir"), load_method("lucir")
    assert not method.data_free
    assert params["method"]["rehearsal"] == "exemplars"
    assert (params["model"]["norm"], params["model"]["head"]) == ("bn", "cosine")
    weighed = {name for name, weight in params["loss"].items() if weight}
    assert weighed == set(method.terms) == {"ce", "distillation", "margin"}
    update = params["update"]
    assert (update["margin"], update["top_k"], update["freeze_old_rows"]) == (0.5, 2, True)


def by_hand(step: Step, *, margin: float, top_k: int) -> dict[str, Tensor]:
    """The losses of docs/method.md, written out for a batch of 2 old and 2 new classes."""
    output, old, labels = step.output, step.old_output, step.batch.labels
    scores, impressions = output.scores, step.batch.synthetic
    assert step.params is not None
    assert step.target_scores is not None
    tau, rho, t = step.params.tau, step.params.rho, step.params.temperature
    cosine = (output.features * old.features).sum(1) / (
        output.features.norm(dim=1) * old.features.norm(dim=1)
    )
    lead = [
        (margin - scores[i, labels[i]] + best).clamp_min(0)
        for i in impressions.nonzero().flatten().tolist()
        for best in scores[i, 2:].sort(descending=True).values[:top_k]
    ]
    guessed = step.target_scores[:, 2:].argmax(1) + 2
    source = {c: rho * scores[labels == c].mean(0) for c in range(4)}
    target = {c: rho * step.target_scores[guessed == c].mean(0) for c in {*guessed.tolist()}}
    alike = {
        (a, b): (F.cosine_similarity(target[a], source[b], dim=0) / tau).exp()
        for a in target
        for b in source
    }
    own = sum(value for (a, b), value in alike.items() if a == b)
    before, after = (old.logits / t).softmax(1), (output.logits[:, :2] / t).softmax(1)
    divergence = (before * (before / after).log()).sum(1)
    chances = output.logits.softmax(1)[range(8), labels]
    among_new = output.logits[:4, 2:].softmax(1)[range(4), labels[:4] - 2]
    return {
        "ce": -chances.log().mean(),
        "local": -among_new.log().mean(),
        "distillation": (1 - cosine).mean(),  # times sqrt(2 / 2): tests/training/test_terms.py
        "margin": torch.stack(lead).mean(),
        "idc": -(own / sum(alike.values())).log(),
        "logits": t**2 * divergence[impressions].mean(),
    }


@pytest.mark.parametrize("name", ["ccsi", "ccsi-local", "ci", "lucir"])
def test_the_weighted_terms_are_the_losses_of_the_paper(name: str) -> None:
    params, method = params_of(name), load_method(name.replace("-", "_"))
    chosen = {key: params["update"][key] for key in ("margin", "top_k")}
    step = make_step(**chosen)
    weights = {key: weight for key, weight in params["loss"].items() if weight}
    expected = by_hand(step, **chosen)
    assert min(abs(a - b) for a, b in combinations(expected.values(), 2)) > 1e-3
    found = weighted_terms(step, method.terms, params["loss"])
    assert found.keys() == weights.keys()
    for key, value in found.items():
        torch.testing.assert_close(value, weights[key] * expected[key], msg=lambda m, k=key: k + m)


@pytest.mark.parametrize("name", ["finetune", "lwf", "deepinversion", "lucir", "joint"])
def test_what_the_released_ccsi_adds_is_not_given_to_other_papers_methods(name: str) -> None:
    own, released = params_of(name)["update"], params_of(name, budget="paper")["update"]
    for key in ("freeze_old_rows", "class_weights"):
        assert released[key] == own[key]


@pytest.mark.parametrize("name", ["slda", "analytic", "analytic-ensemble"])
def test_statistics_stand_on_the_network_that_ccsi_trains(name: str) -> None:
    """Else DVC's run cache could not share the training of the first task."""
    ours, theirs = params_of(name), params_of("ccsi")
    for section in ("first", "model", "seed", "train", "trainer"):
        assert ours[section] == theirs[section]
    assert load_method(name.replace("-", "_")).data_free


@pytest.mark.parametrize(
    ("name", "head", "projects"),
    [("slda", "discriminant", False), ("analytic", "ridge", True),
     ("analytic-ensemble", "ridge", True)],
)  # fmt: skip
def test_each_method_by_statistics_solves_its_own_head(
    name: str, head: str, projects: bool
) -> None:
    """slda: discriminants of the features themselves; ACIL: ridge on random projections."""
    params, method = params_of(name), load_method(name.replace("-", "_"))
    assert (method.head, params["statistics"]["projections"] > 0) == (head, projects)


def test_the_ensemble_is_several_networks_and_a_dictionary_beside_one_another() -> None:
    ours, one = params_of("analytic-ensemble"), params_of("analytic")
    assert ours["statistics"]["members"] > one["statistics"]["members"] == 1
    assert ours["statistics"]["dictionary"]["atoms"] > 0
    assert one["statistics"]["dictionary"]["atoms"] == 0
    assert set(ours["members"]) == {"m2"}


@pytest.mark.parametrize(("rehearsal", "reads"), [("exemplars", "task"), ("none", "seen")])
def test_statistics_that_would_read_old_images_are_refused(rehearsal: str, reads: str) -> None:
    with pytest.raises(ValueError, match="learning: statistics needs"):
        MethodParams(name="slda", learning="statistics", rehearsal=rehearsal, reads=reads)  # type: ignore[arg-type]
