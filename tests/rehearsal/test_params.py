import pytest

from ccsi.frame.errors import ParameterError
from ccsi.frame.section import parse
from ccsi.rehearsal.params import ExemplarParams


def test_an_empty_memory_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"exemplars\.per_class = 0"):
        parse(ExemplarParams, {"per_class": 0}, where="exemplars")
