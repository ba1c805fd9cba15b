"""The page of a comparison, opened in a browser offline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ccsi.comparison.comparison import compare
from ccsi.comparison.page import comparison_page
from ccsi.comparison.run import Run
from tests.browser.conftest import Browser
from tests.browser.drawn import MARKS, check_offline, emulate, keep
from tests.comparison.runs import make_run, seeds

PLOTS = Path(__file__).resolve().parents[2] / ".dvc/plots"
CHARTS = ("spread", "forgetting_accuracy", "minutes_accuracy", "kept_accuracy")

pytestmark = pytest.mark.timeout(180)


def open_page(browser: Browser, root: Path, runs: list[Run], baseline: str | None) -> None:
    text = comparison_page(
        compare(runs, baseline=baseline),
        title="Comparison: <b>made up</b>",
        command="ccsi compare",
        measure="accuracy",
        plots=PLOTS,
    )
    page = root / "index.html"
    page.write_text(text)
    browser.open(page)


def many() -> list[Run]:
    """Two data sets; on one of them more groups than there are colours."""
    runs = []
    for place, method in enumerate(("finetune", "lwf", "ccsi", "joint")):
        kept = {"model": 330_000, "impressions": 100_000 * place} if place else {"model": 330_000}
        level = 0.3 + 0.2 * place
        told = [level, level + 0.03, level + 0.05]
        runs += seeds(f"method={method}", accuracies=told, kept=kept, seconds=40.0 * 3**place)
    for margin in range(9):
        varied = ["dataset=digits", "dataset.name=other", f"loss.margin={margin}"]
        runs += seeds(*varied, accuracies=[0.1 * margin, 0.1 * margin + 0.04], seconds=60 + margin,
                      kept={"model": 1000 + margin})  # fmt: skip
    return runs


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_every_chart_of_every_data_set_is_drawn_offline(
    tmp_path: Path, start_browser: Callable[..., Browser], scheme: str, width: int
) -> None:
    browser = start_browser()
    emulate(browser, width=width, scheme=scheme)
    open_page(browser, tmp_path, many(), "finetune")
    browser.wait("return document.querySelectorAll('.vega-embed svg.marks').length === 8")
    marks = browser.run(MARKS)
    assert set(marks) == {f"{name}_{place}" for name in CHARTS for place in (1, 2)}
    assert min(marks.values()) > 0
    points = browser.run(
        "return [...document.querySelectorAll('#minutes_accuracy_2 .mark-symbol.role-mark path')]"
        ".map((path) => path.getAttribute('d') + getComputedStyle(path).fill)"
    )
    assert len(points) == len(set(points)) == 9  # every group looks different
    assert browser.run("return document.querySelector('h1').textContent").endswith("</b>")
    assert browser.run("return document.documentElement.scrollWidth") <= width
    check_offline(browser)
    keep(browser, f"comparison-{scheme}-{width}")


def test_one_run_of_unknown_cost_and_one_task_still_draws(
    tmp_path: Path, start_browser: Callable[..., Browser]
) -> None:
    browser = start_browser()
    run = make_run(["method=finetune", "dataset.classes_per_task=10"])
    metrics = {**run.metrics, "forgetting": None, "backward_transfer": None}
    alone = Run(run.name, run.params, metrics, run.learned, run.code, run.data)
    open_page(browser, tmp_path, [alone], None)
    browser.wait("return document.querySelectorAll('.vega-embed svg.marks').length === 1")
    told = browser.run("return [...document.querySelectorAll('.card p')].map(p => p.textContent)")
    assert sum(text.startswith(("Unknown", "Undefined")) for text in told) == 3
    check_offline(browser)
