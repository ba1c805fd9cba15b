import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccsi.frame.errors import ParameterError
from ccsi.frame.section import merge, parse
from ccsi.losses.params import LossWeights
from ccsi.synthesis.params import SynthesisParams
from tests.toy_networks import SYNTHESIS

WEIGHTS = {"ce": 1, "distillation": 5, "margin": 1, "idc": 1, "logits": 0, "local": 0}


def test_an_unknown_key_is_named_with_the_nearest_one() -> None:
    with pytest.raises(
        ParameterError, match=r"unknown key loss\.margn; did you mean loss\.margin\?"
    ):
        parse(LossWeights, {**WEIGHTS, "margn": 1}, where="loss")


@pytest.mark.parametrize("value", [-1, "much", None, float("nan"), float("inf")])
def test_a_value_out_of_range_is_named(value: object) -> None:
    with pytest.raises(ParameterError, match=r"params\.yaml: loss\.margin = ") as caught:
        parse(LossWeights, {**WEIGHTS, "margin": value}, where="loss")
    assert "\n" not in str(caught.value)


def test_a_word_near_a_known_one_is_told() -> None:
    values = {**SYNTHESIS.model_dump(), "start": "meen"}
    with pytest.raises(ParameterError, match=r"synthesis\.start = 'meen'.*did you mean mean\?"):
        parse(SynthesisParams, values, where="synthesis")


def test_a_rule_between_keys_is_told_without_the_whole_section() -> None:
    with pytest.raises(ParameterError) as caught:
        parse(SynthesisParams, {**SYNTHESIS.model_dump(), "warmup": 6}, where="synthesis")
    assert str(caught.value) == "params.yaml: synthesis: warmup = 6 must be less than iterations"


def test_a_missing_key_says_how_to_get_it() -> None:
    with pytest.raises(ParameterError, match=r"loss\.idc is missing; run `ccsi config`"):
        parse(LossWeights, {k: v for k, v in WEIGHTS.items() if k != "idc"}, where="loss")


def test_sections_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        SYNTHESIS.batch = 3  # type: ignore[misc]


def test_betas_must_lie_below_one() -> None:
    with pytest.raises(ParameterError, match=r"synthesis\.betas\.1 = 1"):
        parse(SynthesisParams, {**SYNTHESIS.model_dump(), "betas": [0.5, 1]}, where="synthesis")


def test_a_tasks_own_values_are_laid_over_the_defaults() -> None:
    defaults = {"a": 1, "nested": {"x": 1, "y": 2}}
    assert merge(defaults, {"nested": {"y": 3}}) == {"a": 1, "nested": {"x": 1, "y": 3}}
    assert merge(defaults, None) == defaults
    assert defaults == {"a": 1, "nested": {"x": 1, "y": 2}}


@given(
    st.dictionaries(st.text(max_size=3), st.integers()),
    st.dictionaries(st.text(max_size=3), st.integers()),
)
def test_merging_flat_mappings_is_a_dictionary_update(a: dict, b: dict) -> None:
    assert merge(a, b) == {**a, **b}
