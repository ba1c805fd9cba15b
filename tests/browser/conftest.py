"""A headless Chromium that tells what a page fetched and complained about."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1500,1000",
)


@dataclass
class Browser:
    """One browser. `open` loads a file and waits until it is complete."""

    driver: Any

    def open(self, page: Path) -> None:
        self.driver.get(page.as_uri())

    def run(self, script: str) -> Any:
        """What a JavaScript expression's `return` gives."""
        return self.driver.execute_script(script)

    def wait(self, script: str, seconds: float = 30) -> None:
        """Wait until the script returns something true."""
        from selenium.webdriver.support.ui import WebDriverWait

        WebDriverWait(self.driver, seconds).until(lambda driver: driver.execute_script(script))

    def complaints(self) -> list[str]:
        """Console messages of level warning and above."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def fetched(self) -> list[str]:
        """Addresses of every request that is neither to a file nor inside the browser."""
        events = [json.loads(e["message"])["message"] for e in self.driver.get_log("performance")]
        sent = (e["params"] for e in events if e["method"] == "Network.requestWillBeSent")
        addresses = [str(params["request"]["url"]) for params in sent]
        # The empty page that Chromium starts with asks its own parts for more.
        inside = ("file", "blob", "data", "chrome", "chrome-untrusted")
        return [a for a in addresses if a.partition(":")[0] not in inside]


def launch(profile: Path, *flags: str) -> Browser:
    """A browser with its profile in this folder. Raises FileNotFoundError where there is none."""
    if CHROMIUM is None or DRIVER is None:
        raise FileNotFoundError(
            "no chromium and chromedriver: install Debian's packages chromium and chromium-driver"
        )
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, *flags, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return Browser(webdriver.Chrome(options=options, service=Service(DRIVER)))


@pytest.fixture
def start_browser(tmp_path: Path) -> Iterator[Callable[..., Browser]]:
    """Start a browser with a fresh profile; more flags may be given."""
    browsers: list[Browser] = []

    def start(*flags: str) -> Browser:
        try:
            browsers.append(launch(tmp_path / f"profile{len(browsers)}", *flags))
        except FileNotFoundError as error:
            pytest.skip(str(error))
        return browsers[-1]

    yield start
    for browser in browsers:
        browser.driver.quit()
