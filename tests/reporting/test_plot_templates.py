"""The committed Vega-Lite templates and page of `dvc plots`."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ccsi.reporting.tables import make_tables
from tests.reporting.toy_run import make_run

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".dvc/plots"
PAGE = (FOLDER / "page.html").read_text()
TEMPLATES = sorted(FOLDER.glob("*.json"))
PLOTS = [
    next(iter(entry.items()))
    for entry in yaml.safe_load((ROOT / "dvc.yaml").read_text())["plots"]
    if isinstance(entry, dict)
]


def fields(part: Any) -> set[str]:
    """Every field a template draws."""
    if isinstance(part, list):
        return {name for item in part for name in fields(item)}
    if not isinstance(part, dict):
        return set()
    own = {part["field"]} if isinstance(part.get("field"), str) else set()
    return own | {name for item in part.values() for name in fields(item)}


def discrete(part: Any) -> list[dict[str, Any]]:
    """Every encoding of a discrete field."""
    if isinstance(part, list):
        return [found for item in part for found in discrete(item)]
    if not isinstance(part, dict):
        return []
    own = [part] if part.get("type") in ("ordinal", "nominal") else []
    return own + [found for item in part.values() for found in discrete(item)]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_data_goes_in_and_order_stays(template: Path) -> None:
    content = json.loads(template.read_text())
    assert content["data"]["values"] == "<DVC_METRIC_DATA>"
    assert content["$schema"].endswith("vega-lite/v5.json")
    # Sorted by name, t10 would come before t2.
    assert all("sort" in encoding and encoding["sort"] is None for encoding in discrete(content))


@pytest.mark.parametrize(("name", "plot"), PLOTS)
def test_templates_draw_columns_that_exist(name: str, plot: dict[str, Any]) -> None:
    template = (FOLDER / f"{plot['template']}.json").read_text()
    ((file, y),) = plot["y"].items()
    table = make_tables(make_run())[Path(file).stem]
    filled = template.replace("<DVC_METRIC_X>", plot["x"]).replace("<DVC_METRIC_Y>", y)
    drawn = fields(json.loads(filled)) - {"rev", "x", "y", "place"}
    assert drawn | {plot["x"], y} <= set(table.columns), name


def test_page_holds_the_scripts_and_their_notices() -> None:
    for name in ("vega 5.33.1", "vega-lite 5.23.0", "vega-embed 6.29.0"):
        assert f"/*! {name}" in PAGE
    assert PAGE.count("University of Washington Interactive Data Lab") >= 3
    assert PAGE.count("Redistributions of source code must retain") == 3


def test_page_fetches_nothing() -> None:
    assert "<script src" not in PAGE
    assert '<link rel="stylesheet"' not in PAGE
    assert "default-src 'none'" in PAGE
    assert "sourceMappingURL" not in PAGE


def test_page_has_the_placeholders_of_dvc_once() -> None:
    assert PAGE.count("{plot_divs}") == 1
    assert PAGE.count("{refresh_tag}") == 1
    # With this one DVC would add its CDN's scripts.
    assert "{scripts}" not in PAGE
    # Four scripts open and close: none ends early inside a string of an inlined library.
    assert PAGE.count("<script>") == PAGE.count("</script>") == 4
