"""Text can be read: WCAG 2's contrast of at least 4.5 to 1, in light and in dark."""

from __future__ import annotations

import json
import re
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.colors import to_rgb

from ccsi.reporting.charts import COLOURS

ROOT = Path(__file__).resolve().parents[2]
RUN_PAGE = ROOT / "src/ccsi/reporting/templates/style.css"
PLOTS_PAGE = ROOT / ".dvc/plots/page.html"
TEXT, OUTLINE = 4.5, 3.0  # success criteria 1.4.3 and 1.4.11
ON_PAGE = [(text, ground) for text in ("ink", "faint", "link") for ground in ("paper", "card")]

Colour = tuple[float, float, float]


def contrast(one: Colour, other: Colour) -> float:
    """WCAG 2's ratio (L1 + 0.05) / (L2 + 0.05) of relative luminances."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Colour) -> float:
    red, green, blue = ((c / 12.92) if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
                        for c in colour)  # fmt: skip
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def variables(file: Path, scheme: str) -> dict[str, Colour]:
    """The colours of `:root`: those of light, and over them what dark changes."""
    text = file.read_text()
    style = text[text.index(":root") : text.index("body {")]
    light, _, dark = style.partition("prefers-color-scheme: dark")
    pairs = re.findall(r"--(\w+): (#[0-9a-f]{3,6})\b", light if scheme == "light" else light + dark)
    return {name: to_rgb(value) for name, value in pairs}


def test_black_on_white_is_21_to_1() -> None:
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert contrast(to_rgb("#777777"), (1, 1, 1)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_text_of_a_runs_page(scheme: str) -> None:
    colours = variables(RUN_PAGE, scheme)
    pairs = [*ON_PAGE, ("ink", "warn"), ("link", "warn"), ("bad", "card"), ("bad", "paper")]
    poor = {pair: contrast(*(colours[name] for name in pair)) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < TEXT} == {}
    assert contrast(colours["accent"], colours["paper"]) >= OUTLINE  # around what has the focus
    assert contrast(colours["accent"], colours["card"]) >= OUTLINE


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_text_of_the_page_of_dvc_plots(scheme: str) -> None:
    colours = variables(PLOTS_PAGE, scheme)
    pairs = [(text, ground) for text in ("ink", "faint", "bad") for ground in ("paper", "card")]
    assert [p for p in pairs if contrast(*(colours[name] for name in p)) < TEXT] == []


def test_no_text_has_a_colour_outside_of_these() -> None:
    rules = RUN_PAGE.read_text()
    rules = rules[rules.index("* { box-sizing") :]
    assert re.findall(r"(?<![-\w])color: (?!var\()[^;}]+", rules) == []


@pytest.mark.parametrize("name", ["confusion", "matrix"])
def test_the_numbers_in_the_cells(name: str) -> None:
    """White on the dark end of viridis, black on the bright one."""
    text = (ROOT / f".dvc/plots/{name}.json").read_text()
    (bright,) = re.findall(r'"test": "datum\.\w+ > ([\d.]+)"', text)
    viridis = mpl.colormaps["viridis"]
    for step in range(1001):
        ink = (0, 0, 0) if step / 1000 > float(bright) else (1, 1, 1)
        assert contrast(ink, viridis(step / 1000)[:3]) >= TEXT


def test_intervals_are_seen_on_their_bars_and_the_bars_on_the_page() -> None:
    """Their lines have no colour of their own: page.html gives them the ink."""
    bars, lines = json.loads((ROOT / ".dvc/plots/recall.json").read_text())["layer"]
    assert lines["mark"]["type"] == "rule"
    assert "color" not in lines["mark"]
    assert bars["mark"].get("opacity", 1) == 1
    inks = re.findall(r'rule: { color: dark \? "(#\w+)" : "(#\w+)" }', PLOTS_PAGE.read_text())
    for scheme, ink in zip(("dark", "light"), inks[0], strict=True):
        ground = variables(RUN_PAGE, scheme)["card"]
        assert contrast(to_rgb(ink), to_rgb(COLOURS[0])) >= OUTLINE
        assert contrast(to_rgb(ink), ground) >= OUTLINE
        assert contrast(to_rgb(COLOURS[0]), ground) >= OUTLINE


def test_other_text_of_charts_is_in_the_ink_of_the_page() -> None:
    """Which page.html gives to vega-embed."""
    layers = json.loads((ROOT / ".dvc/plots/forgetting.json").read_text())["layer"]
    texts = [layer["mark"] for layer in layers if layer["mark"]["type"] == "text"]
    assert texts
    assert all("color" not in mark for mark in texts)
    (dark, light) = re.findall(
        r'text: { color: dark \? "(#\w+)" : "(#\w+)" }', PLOTS_PAGE.read_text()
    )[0]
    for scheme, ink in (("dark", dark), ("light", light)):
        assert contrast(to_rgb(ink), variables(RUN_PAGE, scheme)["card"]) >= TEXT
