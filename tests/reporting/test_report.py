"""The whole report: complete, linked, escaped, stable, and without torch."""

import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ccsi.frame.artifacts import load_json, load_table
from ccsi.reporting.render import percent
from ccsi.reporting.report import ReportPaths, summarize
from ccsi.reporting.results import RunResults
from tests.reporting.toy_run import make_context, make_run

HOSTILE = ["<script>alert(1)</script>", '" onload="x', "a&b", "<img src=x>", "'", "{plot_divs}"]


class Page(HTMLParser):
    """Tags, addresses and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.texts: list[str] = []
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def write(root: Path, run: RunResults) -> ReportPaths:
    paths = ReportPaths(
        metrics=root / "metrics.json",
        tables=root / "tables",
        plots=root / "plots",
        sheets=root / "sheets",
        page=root / "index.html",
    )
    summarize(
        run, paths, make_context(links={"Evaluations": {"t1": "evaluations/t1/evaluation.json"}})
    )
    return paths


def test_page_refers_to_everything_written(tmp_path: Path) -> None:
    paths = write(tmp_path, make_run())
    page = Page(paths.page.read_text())
    written = {str(f.relative_to(tmp_path)) for f in tmp_path.rglob("*") if f.is_file()}
    assert written - {"index.html"} <= set(page.addresses)
    inside = {a for a in page.addresses if a.startswith(("data:", "#"))}
    assert set(page.addresses) - written - inside == {"evaluations/t1/evaluation.json"}
    assert not any("//" in address for address in set(page.addresses) - inside)


def test_headline_numbers_are_those_of_the_metrics(tmp_path: Path) -> None:
    paths = write(tmp_path, make_run())
    metrics, texts = load_json(paths.metrics), Page(paths.page.read_text()).texts
    for key in ("accuracy", "average_incremental_accuracy", "forgetting", "backward_transfer"):
        assert percent(metrics[key]) in texts
    assert f"{metrics['auc']:.3f}" in texts


def test_hostile_class_names_are_text(tmp_path: Path) -> None:
    page = Page(write(tmp_path, make_run(names=HOSTILE)).page.read_text())
    plain = Page(write(tmp_path, make_run()).page.read_text())
    assert page.tags.count("script") == plain.tags.count("script")
    assert page.tags.count("img") == plain.tags.count("img")
    assert page.handlers == []
    for name in HOSTILE:
        assert name in page.texts


def test_missing_images_are_told_on_the_page(tmp_path: Path) -> None:
    paths = write(tmp_path, make_run(without_images_of="t1"))
    assert "no images to test t1 on" in paths.page.read_text()


@pytest.mark.parametrize("changes", [{"tasks": 1}, {"impressions": False}, {"channels": 1}])
def test_edges(tmp_path: Path, changes: dict[str, int]) -> None:
    assert write(tmp_path, make_run(**changes)).page.exists()  # type: ignore[arg-type]


def test_a_run_that_went_on_from_a_model_made_elsewhere(tmp_path: Path) -> None:
    run = make_run(tasks=4)
    paths = write(tmp_path, replace(run, evaluations=run.evaluations[2:]))
    assert load_json(paths.metrics)["accuracy_after"].keys() == {"t3", "t4"}
    rows = load_table(paths.tables / "forgetting.csv")
    assert [row["task"] for row in rows] == ["t1", "t2", "t3", "t4"]


def test_same_bytes_twice(tmp_path: Path) -> None:
    write(tmp_path / "a", make_run(seed=7))
    write(tmp_path / "b", make_run(seed=7))
    files = [f.relative_to(tmp_path / "a") for f in (tmp_path / "a").rglob("*") if f.is_file()]
    assert len(files) == 1 + 9 + 2 + 3 + 1
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_percent() -> None:
    assert percent(0.5) == "50.0 %"
    assert percent(-0.031) == "\N{MINUS SIGN}3.1 %"
    assert percent(None) == "\N{EN DASH}"


def test_report_imports_neither_torch_nor_scikit_learn() -> None:
    code = (
        "import sys, ccsi.reporting.report\n"
        "heavy = {'torch', 'torchvision', 'sklearn', 'medmnist', 'pandas'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or None)"
    )
    run = [sys.executable, "-c", code]
    done = subprocess.run(
        run, env={"PYTHONPATH": "src"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
