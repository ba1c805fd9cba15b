"""Pages from templates: escaped, complete, and numbers as a reader expects them."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from ccsi.reporting.charts import Chart, Templates
from ccsi.reporting.render import percent, render, signed

PLOTS = Path(__file__).resolve().parents[2] / ".dvc/plots"
PAGE = (
    "{% extends 'base.html' %}{% block body %}<p>{{ text }} {{ share | percent }}</p>{% endblock %}"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "page.html").write_text(PAGE)
    return tmp_path


def page(folder: Path, **values: object) -> str:
    rows = [{"task": "</script><!--", "value": 1.0}]
    chart = Chart("accuracy", "task", "value", rows, "A line.")
    return render(
        "page.html",
        charts={"accuracy": chart},
        templates=Templates(PLOTS),
        folders=[folder],
        title="T",
        **values,
    )


def test_text_and_data_are_escaped(folder: Path) -> None:
    told = page(folder, text="<b>&", share=0.5)
    assert "<p>&lt;b&gt;&amp; 50.0 %</p>" in told
    assert "\\u003c/script>\\u003c!--" in told
    assert "</script><!--" not in told


def test_a_value_that_is_not_given_is_an_error(folder: Path) -> None:
    with pytest.raises(UndefinedError, match="share"):
        page(folder, text="x")


def test_a_page_is_the_same_bytes_again(folder: Path) -> None:
    assert page(folder, text="x", share=None) == page(folder, text="x", share=None)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.5, "50.0 %"), (0.0, "0.0 %"), (-0.051, "\N{MINUS SIGN}5.1 %"), (None, "\N{EN DASH}")],
)
def test_shares_in_percent(value: float | None, shown: str) -> None:
    assert percent(value) == shown


def test_digits_are_a_choice() -> None:
    assert percent(0.126, 0) == "13 %"
    assert signed(-0.1234, 2) == "\N{MINUS SIGN}0.12"
    assert signed(None) == "\N{EN DASH}"
