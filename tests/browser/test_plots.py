"""`dvc plots show`, `dvc plots diff` and reports/index.html, opened in a browser offline."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import yaml

from ccsi.reporting.bounds import Bound
from ccsi.reporting.report import ReportPaths, summarize
from ccsi.reporting.results import RunResults
from tests.browser.conftest import Browser
from tests.browser.drawn import MARKS, check_keyboard, check_offline, check_readable, emulate, keep
from tests.reporting.toy_run import make_context, make_run

ROOT = Path(__file__).resolve().parents[2]
PLOTS = yaml.safe_load((ROOT / "dvc.yaml").read_text())["plots"]

ROWS = """
const tops = [...document.querySelectorAll('.tiles > div')].map((tile) => tile.offsetTop);
const counts = tops.map((top) => tops.filter((other) => other === top).length);
return [...new Set(counts)];
"""
"""How many headline numbers stand in a row: one number where all rows are full."""

pytestmark = pytest.mark.timeout(180)


def report(root: Path, run: RunResults, bounds: Sequence[Bound] = ()) -> None:
    paths = ReportPaths(
        metrics=root / "reports/metrics.json",
        tables=root / "reports/tables",
        plots=root / "reports/plots",
        sheets=root / "reports/sheets",
        page=root / "reports/index.html",
    )
    summarize(run, paths, make_context(len(run.evaluations), bounds=bounds))


def command(root: Path, *words: str) -> None:
    quiet = {"DVC_NO_ANALYTICS": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    identity = {f"GIT_{who}_{what}": f"{who}@x" for who in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")}  # fmt: skip
    environment = os.environ | quiet | identity
    done = subprocess.run(
        words, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ERROR" not in done.stderr, done.stderr


def dvc(root: Path, *words: str) -> None:
    command(root, sys.executable, "-m", "dvc", *words)


def project(root: Path, run: RunResults) -> None:
    """A project that has our plots, page and templates, and the report of a made-up run."""
    command(root, "git", "init", "-q")
    shutil.copytree(ROOT / ".dvc/plots", root / ".dvc/plots")
    shutil.copy(ROOT / ".dvc/config", root / ".dvc/config")
    (root / "dvc.yaml").write_text(yaml.safe_dump({"plots": PLOTS}, sort_keys=False))
    report(root, run)


def check_all_drawn(browser: Browser, *, blank: frozenset[str] = frozenset()) -> None:
    wanted = [next(iter(entry)) for entry in PLOTS if isinstance(entry, dict)]
    browser.wait(f"return document.querySelectorAll('.vega-embed svg').length >= {len(wanted)}")
    marks = browser.run(MARKS)
    assert set(marks) == {name.replace(" ", "_") for name in wanted}
    assert {name for name, count in marks.items() if count == 0} == blank
    assert browser.run("return document.querySelectorAll('.failed').length") == 0
    check_offline(browser, expect="Infinite extent" if blank else None)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_plots_show_draws_everything_offline(
    tmp_path: Path, start_browser: Callable[..., Browser], scheme: str
) -> None:
    flags = ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"]
    browser = start_browser(*(flags if scheme == "dark" else []))
    project(tmp_path, make_run(tasks=11, side=16))
    dvc(tmp_path, "plots", "show")
    browser.open(tmp_path / "dvc_plots/index.html")
    check_all_drawn(browser)
    # Sheets: that of all class means, and one per old task, all loaded.
    pictures = browser.run("return [...document.images].map((image) => image.naturalWidth)")
    assert len(pictures) == 11
    assert min(pictures) > 0
    labels = browser.run(
        "return [...document.querySelectorAll('#Accuracy_after_each_task .role-axis-label text')]"
        ".map((label) => label.textContent).filter((text) => text.startsWith('t'))"
    )
    assert labels == [f"t{t}" for t in range(1, 12)]
    keep(browser, f"show-{scheme}")


def test_plots_diff_shows_revisions_side_by_side(
    tmp_path: Path, start_browser: Callable[..., Browser]
) -> None:
    browser = start_browser()
    project(tmp_path, make_run(tasks=4, side=16))
    command(tmp_path, "git", "add", "--all")
    command(tmp_path, "git", "commit", "-q", "-m", "first")
    report(tmp_path, make_run(tasks=5, side=16, seed=1))
    dvc(tmp_path, "plots", "diff", "HEAD")
    browser.open(tmp_path / "dvc_plots/index.html")
    check_all_drawn(browser)
    text = browser.run(
        "return document.querySelector('#Confusion_after_the_last_task').textContent"
    )
    assert "HEAD" in text
    assert "workspace" in text
    keep(browser, "diff")


def test_a_run_without_impressions_and_with_one_task_still_draws(
    tmp_path: Path, start_browser: Callable[..., Browser]
) -> None:
    browser = start_browser()
    hostile = ["<!--<script>alert(1)", 'a&b\'s "dog"']
    project(tmp_path, make_run(tasks=1, impressions=False, names=hostile))
    dvc(tmp_path, "plots", "show")
    browser.open(tmp_path / "dvc_plots/index.html")
    check_all_drawn(browser, blank=frozenset({"Forgetting_per_task", "Synthesis_losses"}))


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("light", 640), ("dark", 390)])
def test_report_page_draws_everything_offline(
    tmp_path: Path, start_browser: Callable[..., Browser], scheme: str, width: int
) -> None:
    browser = start_browser()
    emulate(browser, width=width, scheme=scheme)
    names = ["basophil", "eosinophil", "erythroblast", "immature granulocytes (myelocytes)"]
    report(tmp_path, make_run(tasks=5, side=28, names=[*names, *(f"class {c}" for c in range(6))]))
    page = tmp_path / "reports/index.html"
    browser.open(page)
    browser.wait("return document.querySelectorAll('.vega-embed svg.marks').length === 9")
    marks = browser.run(MARKS)
    assert set(marks) == {"accuracy", "matrix", "forgetting", "recall", "confusion",
                          "reliability", "features", "training", "synthesis"}  # fmt: skip
    assert min(marks.values()) > 0
    assert browser.run("return [...document.images].every((i) => i.naturalWidth > 0 && i.alt)")
    assert browser.run("return document.querySelectorAll('.failed').length") == 0
    # Nothing is wider than the screen but what scrolls by itself.
    assert browser.run("return document.documentElement.scrollWidth") <= width
    missing = [a for a in json.loads(browser.run(
        "return JSON.stringify([...document.links].map((link) => link.getAttribute('href')))"
    )) if not a.startswith("#") and not (page.parent / a).exists()]  # fmt: skip
    assert missing == []
    in_rows = browser.run(ROWS)
    assert len(in_rows) == 1, "a row of tiles is not full"
    check_readable(browser)
    check_keyboard(browser, steps=12)
    check_offline(browser, expect="fit-y")  # a chart of steps fits one direction only
    keep(browser, f"page-{scheme}-{width}")


def test_report_page_draws_its_accuracy_between_the_bounds(
    tmp_path: Path, start_browser: Callable[..., Browser]
) -> None:
    browser = start_browser()
    emulate(browser, width=1280, scheme="dark")
    tasks = [f"t{t}" for t in range(1, 6)]
    lower = {task: 1 / (place + 1) for place, task in enumerate(tasks)}
    bounds = [Bound("finetune", 3, lower), Bound("joint", 1, dict.fromkeys(tasks, 0.98))]
    report(tmp_path, make_run(tasks=5), bounds)
    browser.open(tmp_path / "reports/index.html")
    browser.wait("return document.querySelectorAll('.vega-embed svg.marks').length === 9")
    assert browser.run("return document.querySelectorAll('#accuracy .mark-line path').length") == 4
    legend = browser.run("return document.querySelector('#accuracy .role-legend').textContent")
    assert all(label in legend for label in ("ccsi", "finetune, mean of 3", "joint"))
    alt = browser.run("return document.querySelector('#accuracy').parentElement.textContent")
    assert "joint: t1 98.0 %" in alt
    check_offline(browser, expect="fit-y")
    keep(browser, "page-bounds")
