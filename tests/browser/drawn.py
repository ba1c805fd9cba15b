"""What a page has drawn, on which screen, and whether it stayed offline."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from tests.browser.conftest import Browser

# Lines, bars, points and cells of every plot, without axes, legends and titles.
MARKS = """
return Object.fromEntries([...document.querySelectorAll('.vega-embed')].map((plot) => [plot.id,
  [...plot.querySelectorAll('.role-mark > path, .role-mark > line, .role-mark > text')]
    .filter((mark) => mark.tagName !== 'path' || mark.getAttribute('d')).length]))
"""


def check_offline(browser: Browser, *, expect: str | None = None) -> None:
    complaints = browser.complaints()
    assert [line for line in complaints if expect is None or expect not in line] == []
    assert browser.fetched() == []


def keep(browser: Browser, name: str) -> None:
    """A picture of the whole page, where one is asked for (CCSI_SCREENSHOTS=<folder>)."""
    folder = os.environ.get("CCSI_SCREENSHOTS")
    if folder:
        size = browser.run("const r = document.documentElement;"
                           "return [r.clientWidth, r.scrollHeight]")  # fmt: skip
        clip = {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1}
        told = {"captureBeyondViewport": True, "clip": clip}
        shot = browser.driver.execute_cdp_cmd("Page.captureScreenshot", told)
        (Path(folder) / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def emulate(browser: Browser, *, width: int, scheme: str) -> None:
    """A screen of this width, and a reader who prefers light or dark."""
    screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    prefers = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": prefers})
