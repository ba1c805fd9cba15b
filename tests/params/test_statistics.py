import pytest

from ccsi.frame.errors import ParameterError
from ccsi.frame.section import parse
from ccsi.params.exemplars import ExemplarParams
from ccsi.params.fit import FitParams
from ccsi.params.statistics import StatisticsParams

KNOWN = {"features": "last", "poolings": ["mean"], "projections": 0, "symmetries": False}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("features", "first"),
        ("poolings", []),
        ("poolings", ["median"]),
        ("projections", -1),
    ],
)
def test_an_impossible_value_is_named(key: str, value: object) -> None:
    with pytest.raises(ParameterError, match=rf"params\.yaml: statistics\.{key}"):
        parse(StatisticsParams, {**KNOWN, key: value}, where="statistics")


def test_a_pooling_named_twice_is_refused() -> None:
    with pytest.raises(ParameterError, match="poolings names one twice"):
        parse(StatisticsParams, {**KNOWN, "poolings": ["max", "max"]}, where="statistics")


@pytest.mark.parametrize(
    "values",
    [{"ridge": 0, "shrinkage": 0.1}, {"ridge": 1, "shrinkage": 0}, {"ridge": 1, "shrinkage": 1.5}],
)
def test_a_head_needs_some_regularisation(values: dict[str, float]) -> None:
    """Without, sums over fewer images than features could not be solved."""
    with pytest.raises(ParameterError, match=r"params\.yaml: fit\."):
        parse(FitParams, values, where="fit")


def test_an_empty_memory_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"exemplars\.per_class = 0"):
        parse(ExemplarParams, {"per_class": 0}, where="exemplars")
