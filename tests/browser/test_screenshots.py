"""The pictures for the README, taken of a made-up run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.browser import screenshots
from tests.browser.conftest import Browser
from tests.browser.test_plots import report
from tests.reporting.toy_run import make_run

pytestmark = pytest.mark.timeout(300)


def test_the_pictures_show_the_page_light_and_dark_and_the_last_sheet(
    tmp_path: Path, start_browser: Callable[..., Browser]
) -> None:
    report(tmp_path, make_run(tasks=3))
    reports, images = tmp_path / "reports", tmp_path / "images"
    images.mkdir()
    written = screenshots.for_readme(start_browser(), reports, images)
    light, dark = (Image.open(path).convert("L") for path in written[:2])
    assert light.size == dark.size == (screenshots.SHOWN, screenshots.SHOWN)
    # The corner is the ground of the page; both have something drawn on it.
    assert light.getpixel((0, 0)) > 200
    assert dark.getpixel((0, 0)) < 50
    assert all(len(picture.getcolors() or ()) > 20 for picture in (light, dark))
    assert written[2].read_bytes() == (reports / "sheets/t02.png").read_bytes()


def test_a_project_without_a_run_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="run `dvc repro` first"):
        screenshots.for_readme(Browser(None), tmp_path, tmp_path)


def test_the_readme_shows_these_pictures() -> None:
    readme = (screenshots.ROOT / "README.md").read_text()
    for name in ("run-light.png", "run-dark.png", "impressions.png"):
        assert f"docs/images/{name}" in readme
        assert (screenshots.IMAGES / name).is_file()
