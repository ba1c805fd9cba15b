import pytest

from ccsi.frame.errors import ParameterError
from ccsi.frame.section import parse
from ccsi.models.feature_map_params import StatisticsParams

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
