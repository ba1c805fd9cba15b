import pytest

from ccsi.frame.errors import ParameterError
from ccsi.frame.section import parse
from ccsi.statistics.params import FitParams


@pytest.mark.parametrize(
    "values",
    [{"ridge": 0, "shrinkage": 0.1}, {"ridge": 1, "shrinkage": 0}, {"ridge": 1, "shrinkage": 1.5}],
)
def test_a_head_needs_some_regularisation(values: dict[str, float]) -> None:
    """Without, sums over fewer images than features could not be solved."""
    with pytest.raises(ParameterError, match=r"params\.yaml: fit\."):
        parse(FitParams, values, where="fit")
