"""Pictures of a run's page: `python -m tests.browser.screenshots` after `dvc repro`.

Writes what README.md shows (docs/images), from reports/ as it lies there; with a folder after it
the whole page instead, wide and narrow, light and dark, to be looked at.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.browser.conftest import Browser, launch
from tests.browser.drawn import emulate, picture

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs/images"
REPORTS = ROOT / "reports"
SCHEMES = ("light", "dark")
WIDTHS = (1280, 390)
SHOWN = 1280
"""Pixels of the page, wide and high, that stand in the README."""
COLOURS = 128
DRAWN = """
const wanted = Object.keys(JSON.parse(document.getElementById('specs').textContent)).length;
return document.querySelectorAll('.vega-embed svg.marks').length === wanted;
"""


def for_readme(browser: Browser, reports: Path, images: Path) -> list[Path]:
    """The head of the page, light and dark, and the last sheet of impressions.

    Raises FileNotFoundError where the run has no page or no sheet of impressions.
    """
    sheets = sorted((reports / "sheets").glob("t*.png"))
    if not sheets:
        raise FileNotFoundError(f"{reports / 'sheets'} has no impressions: run `dvc repro` first")
    written = []
    for scheme in SCHEMES:
        shot = _of_page(browser, reports, width=SHOWN, scheme=scheme, height=SHOWN)
        whole_colours = Image.open(io.BytesIO(shot)).convert("RGB")
        few = whole_colours.quantize(COLOURS, dither=Image.Dither.NONE)  # a third of the bytes
        written.append(images / f"run-{scheme}.png")
        few.save(written[-1], optimize=True)
    written.append(images / "impressions.png")
    shutil.copyfile(sheets[-1], written[-1])
    return written


def whole(browser: Browser, reports: Path, folder: Path) -> list[Path]:
    """The whole page at every width, light and dark."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for scheme in SCHEMES:
        for width in WIDTHS:
            written.append(folder / f"run-{scheme}-{width}.png")
            written[-1].write_bytes(_of_page(browser, reports, width=width, scheme=scheme))
    return written


def _of_page(
    browser: Browser, reports: Path, *, width: int, scheme: str, height: int | None = None
) -> bytes:
    page = reports / "index.html"
    if not page.is_file():
        raise FileNotFoundError(f"{page} is not there: run `dvc repro` first")
    emulate(browser, width=width, scheme=scheme)
    browser.driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
    browser.open(page)
    browser.wait(DRAWN)
    return picture(browser, height=height)


def take(folder: Path | None) -> list[Path]:
    """Of the whole page into that folder, or for the README."""
    with tempfile.TemporaryDirectory() as profile:
        browser = launch(Path(profile))
        try:
            if folder is None:
                return for_readme(browser, REPORTS, IMAGES)
            return whole(browser, REPORTS, folder)
        finally:
            browser.driver.quit()


def main(arguments: list[str]) -> None:
    try:
        print(*take(Path(arguments[0]) if arguments else None), sep="\n")
    except FileNotFoundError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
