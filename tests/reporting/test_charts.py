"""Templates of the plots, filled with data for a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ccsi.frame.errors import ArtifactError
from ccsi.reporting.charts import COLOURS, SHAPES, Chart, Templates, scripts_of

ROOT = Path(__file__).resolve().parents[2]
SPEC = {
    "title": {"text": "<DVC_METRIC_TITLE>"},
    "width": 420,
    "data": {"values": "<DVC_METRIC_DATA>"},
    "mark": "point",
    "encoding": {
        "x": {"field": "<DVC_METRIC_X>", "title": "<DVC_METRIC_X_LABEL>"},
        "y": {"field": "<DVC_METRIC_Y>"},
        "color": "<DVC_METRIC_COLOR>",
        "shape": "<SHAPE>",
        "xOffset": {"field": "rev"},
        "tooltip": [{"field": "rev"}, {"field": "a"}],
    },
}
ROWS = [{"a": 1, "b": 2}, {"a": 3, "b": None}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dots.json").write_text(json.dumps(SPEC))
    (tmp_path / "page.html").write_text("<html><head><script>1</script>\n</head>\n</html>")
    return tmp_path


def fill(folder: Path, chart: Chart) -> dict[str, Any]:
    return Templates(folder).fill(chart)


def test_one_series_needs_no_legend_and_no_sign_of_revisions(folder: Path) -> None:
    spec = fill(folder, Chart("dots", "a", "b", ROWS, "Two dots."))
    assert spec["data"]["values"] == [{"rev": "", **row} for row in ROWS]
    assert (spec["encoding"]["x"]["field"], spec["encoding"]["y"]["field"]) == ("a", "b")
    assert spec["encoding"]["color"]["legend"] is None
    assert spec["encoding"]["shape"]["legend"] is None
    assert "xOffset" not in spec["encoding"]
    assert spec["encoding"]["tooltip"] == [{"field": "a"}]
    assert spec["description"] == "Two dots."
    assert spec["width"] == "container"
    assert "title" not in spec


def test_series_keep_their_colours_in_order_however_the_rows_come(folder: Path) -> None:
    rows = [{"rev": name, "a": 1, "b": 1} for name in ("z", "a")]
    spec = fill(folder, Chart("dots", "a", "b", rows, "", series=("a", "z")))
    assert spec["encoding"]["color"]["scale"] == {"domain": ["a", "z"], "range": list(COLOURS[:2])}
    assert "legend" not in spec["encoding"]["color"]
    assert spec["encoding"]["xOffset"] == {"field": "rev"}


def test_more_series_than_colours_differ_in_shape() -> None:
    looks = {(COLOURS[n % len(COLOURS)], SHAPES[n % len(SHAPES)]) for n in range(42)}
    assert len(looks) == 42


def test_a_facet_of_one_revision_is_taken_apart(folder: Path) -> None:
    inner = {"mark": "rect", "encoding": {"x": {"field": "a"}}}
    spec = {"facet": {"column": {"field": "rev"}}, "spec": inner, "data": SPEC["data"]}
    (folder / "facets.json").write_text(json.dumps(spec))
    filled = fill(folder, Chart("facets", "a", "b", ROWS, ""))
    assert "facet" not in filled
    assert filled["mark"] == "rect"


def test_the_template_is_not_changed_by_being_filled(folder: Path) -> None:
    templates = Templates(folder)
    chart = Chart("dots", "a", "b", ROWS, "", series=("x", "y"))
    first = templates.fill(chart)
    templates.fill(Chart("dots", "b", "a", ROWS, ""))
    assert templates.fill(chart) == first


def test_more_folders_of_templates_may_be_named(folder: Path, tmp_path_factory: Any) -> None:
    more = tmp_path_factory.mktemp("more")
    (more / "own.json").write_text(json.dumps({"data": {"values": "<DVC_METRIC_DATA>"}}))
    assert Templates(folder, more).fill(Chart("own", "a", "b", ROWS, ""))["data"]["values"]


def test_what_is_missing_or_damaged_is_named(folder: Path) -> None:
    with pytest.raises(ArtifactError, match=r"no plot template none\.json"):
        fill(folder, Chart("none", "a", "b", ROWS, ""))
    (folder / "dots.json").write_text("{")
    with pytest.raises(ArtifactError, match=str(folder)):
        Templates(folder)
    with pytest.raises(ArtifactError, match="absent"):
        Templates(folder / "absent")


def test_the_scripts_are_all_there() -> None:
    scripts = scripts_of((ROOT / ".dvc/plots/page.html").read_text())
    assert scripts.startswith("<script>")
    assert scripts.endswith("</script>")
    assert all(name in scripts for name in ("vega 5.", "vega-lite 5.", "vega-embed 6."))
