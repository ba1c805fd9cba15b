"""Unlike runs are refused, and it is said which run differs in which key."""

import pytest

from ccsi.comparison.likeness import groups_of
from ccsi.frame.errors import ParameterError
from tests.comparison.runs import make_run, seeds


def test_runs_are_grouped_by_method_and_by_varied_values() -> None:
    runs = [
        *seeds("method=ccsi", "loss.margin=0", accuracies=[0.9, 0.9]),
        *seeds("method=ccsi", "loss.margin=1", accuracies=[0.8, 0.8]),
        *seeds("method=joint", accuracies=[0.9, 0.9]),
    ]
    found = {label: len(members) for (_, label), members in groups_of(runs).items()}
    assert found == {"ccsi loss.margin=0": 2, "ccsi loss.margin=1": 2, "joint": 2}


def test_a_group_of_an_ablation_is_called_by_what_was_changed() -> None:
    runs = [
        *seeds("method=ccsi", accuracies=[0.9, 0.9]),
        *seeds("method=ccsi", "loss.margin=0", accuracies=[0.8, 0.8]),
        *seeds("method=ccsi", "loss.idc=0", "synthesis.tv=0", accuracies=[0.8, 0.8]),
        *seeds("method=joint", accuracies=[0.9]),
    ]
    found = {label: len(members) for (_, label), members in groups_of(runs).items()}
    changed = {"ccsi loss.margin=0": 2, "ccsi loss.idc=0 synthesis.tv=0": 2}
    assert found == {"ccsi": 2, **changed, "joint": 1}


def test_a_value_typed_as_it_is_anyway_makes_no_group_of_its_own() -> None:
    runs = [make_run(["seed=0"]), make_run(["seed=1", "loss.margin=1.0"])]
    assert [label for _, label in groups_of(runs)] == ["ccsi"]


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("dataset.fraction=0.5", "dataset.fraction"),
        ("dataset.split_seed=1", "dataset.split_seed"),
        ("split=[[0,1,2,3,4],[5,6,7,8,9]]", "split"),
        ("budget=quick", "train.epochs"),
        ("evaluate.split=val", "evaluate.split"),
    ],
)
@pytest.mark.parametrize("method", ["ccsi", "joint"])
def test_other_data_budget_or_images_are_refused(override: str, key: str, method: str) -> None:
    runs = [make_run(["seed=0"], name="a"), make_run(["seed=1"], name="b")]
    other = make_run(["seed=2", f"method={method}", override], name="odd")
    with pytest.raises(ParameterError, match=r"unlike and not averaged") as caught:
        groups_of([*runs, other])
    assert key in str(caught.value) or "dataset.fraction" in str(caught.value)
    assert "odd" in str(caught.value)
    assert "a, b" in str(caught.value)


def test_a_methods_own_lack_of_synthesis_is_no_other_budget() -> None:
    runs = [make_run([f"method={m}"]) for m in ("ccsi", "ccsi-local", "ci", "finetune", "joint")]
    assert len(groups_of(runs)) == 5


def test_impressions_from_noise_take_iterations_of_their_own() -> None:
    runs = [make_run(["method=ccsi"]), make_run(["method=deepinversion"])]
    told = [run.params["synthesis"]["iterations"] for run in runs]
    assert told[0] != told[1]
    assert len(groups_of(runs)) == 2


@pytest.mark.parametrize("method", ["ccsi", "deepinversion"])
def test_other_iterations_of_the_same_start_are_refused(method: str) -> None:
    runs = [make_run(["method=ccsi"]), make_run(["method=deepinversion"])]
    other = make_run([f"method={method}", "seed=1"], name="odd")
    other.params["synthesis"]["iterations"] += 1  # type: ignore[index]
    start = other.params["synthesis"]["start"]
    with pytest.raises(ParameterError, match=rf"iterations from {start} of t2 is .* in odd"):
        groups_of([*runs, other])


def test_another_selection_of_the_epoch_is_refused() -> None:
    runs = [make_run(["seed=0"]), make_run(["seed=1"])]
    runs[1].metrics["selection"] = "best"  # type: ignore[index]
    with pytest.raises(ParameterError, match=r"selection is last in .* and best in"):
        groups_of(runs)


def test_other_code_is_refused_and_a_methods_own_file_is_not() -> None:
    code = {"stages/train.py": "a" * 40, "src/ccsi/methods/joint.py": "c" * 40}
    same = [make_run(["seed=0"]), make_run(["method=joint"], code=code)]
    assert len(groups_of(same)) == 2
    other = make_run(["seed=1"], code={"stages/train.py": "b" * 40})
    with pytest.raises(ParameterError, match=r"stages/train\.py is aaaaaaa in .* and bbbbbbb in"):
        groups_of([*same, other])


def test_two_runs_of_a_seed_that_differ_by_a_file_more_are_refused() -> None:
    code = {"stages/train.py": "a" * 40}
    more = {**code, "src/ccsi/more.py": "b" * 40}
    runs = [make_run(["seed=0"], name=n, code=c) for n, c in (("a", code), ("b", more))]
    with pytest.raises(ParameterError, match=r"ccsi on digits: seed 0 stands for a and b"):
        groups_of(runs)


def test_other_images_under_the_same_name_are_refused() -> None:
    with pytest.raises(ParameterError, match="images of data/tasks/t1"):
        groups_of([make_run(["seed=0"]), make_run(["seed=1"], data={"data/tasks/t1": "d2"})])


def test_an_untyped_difference_within_a_group_is_refused() -> None:
    runs = [make_run(["seed=0"], name="a"), make_run(["seed=1"], name="b")]
    runs[1].params["loss"]["margin"] = 0.0
    with pytest.raises(ParameterError, match=r"loss\.margin is 1\.0 in a and 0\.0 in b"):
        groups_of(runs)
