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


# Text as it is shown, on the ground that lies behind it, where WCAG 2's contrast is below 4.5 to 1.
# Numbers in the cells of a grid lie on the cell; tests/reporting/test_contrast.py has them.
POOR_CONTRAST = """
const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
const clear = (colour) => parts(colour).length === 4 && parts(colour)[3] === 0;
const light = (colour) => parts(colour).slice(0, 3).map((c) => c / 255)
  .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const ground = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (!clear(colour)) return colour;
  }
  return "rgb(255, 255, 255)";
};
const shown = [...document.body.querySelectorAll("*")].filter((e) =>
  !["SCRIPT", "STYLE"].includes(e.tagName) && e.getClientRects().length &&
  [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) &&
  !e.closest("#matrix .role-mark, #confusion .role-mark"));
const found = shown.map((e) => {
  const style = getComputedStyle(e);
  const text = e instanceof SVGElement ? style.fill : style.color;
  const [a, b] = [light(text), light(ground(e))].sort((x, y) => x - y);
  return [(b + 0.05) / (a + 0.05), text, ground(e), e.textContent.trim().slice(0, 40)];
});
return [found.length, found.filter(([ratio]) => ratio < 4.5)];
"""
FOCUS = """
const e = document.activeElement, style = getComputedStyle(e);
return [e === document.body ? null : e.outerHTML.slice(0, 60), e.tabIndex,
  style.outlineStyle, parseFloat(style.outlineWidth), e.getBoundingClientRect().right > 0];
"""


def check_readable(browser: Browser) -> None:
    texts, poor = browser.run(POOR_CONTRAST)
    assert texts > 50
    assert poor == [], f"ratio, text, ground: {poor}"


def check_keyboard(browser: Browser, *, steps: int) -> None:
    """Tab goes to links, details and charts, and shows where it is."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    visited = []
    for _ in range(steps):
        ActionChains(browser.driver).send_keys(Keys.TAB).perform()
        element, index, style, width, inside = browser.run(FOCUS)
        assert element is not None
        assert (index, inside) == (0, True), element
        assert style == "solid", element
        assert width >= 2, element
        visited.append(element)
    assert len(set(visited)) == steps
    assert visited[0].startswith('<a class="skip"')
    assert any('class="chart"' in element for element in visited)


def check_offline(browser: Browser, *, expect: str | None = None) -> None:
    complaints = browser.complaints()
    assert [line for line in complaints if expect is None or expect not in line] == []
    assert browser.fetched() == []


def keep(browser: Browser, name: str) -> None:
    """A picture of the whole page, where one is asked for (CCSI_SCREENSHOTS=<folder>)."""
    folder = os.environ.get("CCSI_SCREENSHOTS")
    if folder:
        (Path(folder) / f"{name}.png").write_bytes(picture(browser))


def picture(browser: Browser, *, height: int | None = None) -> bytes:
    """PNG of the page from its top, as wide as the screen; the whole page without a height."""
    size = browser.run("const r = document.documentElement; return [r.clientWidth, r.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": size[0], "height": height or size[1], "scale": 1}
    told = {"captureBeyondViewport": True, "clip": clip}
    shot = browser.driver.execute_cdp_cmd("Page.captureScreenshot", told)
    return base64.b64decode(shot["data"])


def emulate(browser: Browser, *, width: int, scheme: str) -> None:
    """A screen of this width, and a reader who prefers light or dark."""
    screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    prefers = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": prefers})
