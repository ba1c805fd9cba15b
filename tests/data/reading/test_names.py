"""Names of classes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccsi.data.reading.names import check_class_names, natural_key
from ccsi.frame.errors import DataError


def test_natural_order():
    names = ["t10", "t2", "a", "t1", "10", "9", "t2b"]
    assert sorted(names, key=natural_key) == ["9", "10", "a", "t1", "t2", "t2b", "t10"]


@given(st.lists(st.text(max_size=6), max_size=8))
def test_any_names_have_one_order(names):
    assert sorted(names, key=natural_key) == sorted(reversed(names), key=natural_key)


@pytest.mark.parametrize("name", ["basophil", "größe 5 µm", "白血球", "a.b", "x:y", "-"])
def test_plain_text_is_accepted(name):
    check_class_names([name], where="here")


@pytest.mark.parametrize(
    "name", ["", "  ", "..", ".", "a/b", "a\\b", "a\nb", "a\x00b", "a\u2028b", "\udcff", "x" * 201]
)
def test_other_names_are_refused_in_one_line(name):
    with pytest.raises(DataError, match="here: class name") as caught:
        check_class_names(["fine", name], where="here")
    assert "\n" not in str(caught.value)


def test_a_repeated_name_is_refused():
    with pytest.raises(DataError, match="'b' stands there twice"):
        check_class_names(["a", "b", "b"], where="here")
