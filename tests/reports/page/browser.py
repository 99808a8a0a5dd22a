"""A headless Chromium that opens pages from disk, and says what they logged and asked for."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.wait import WebDriverWait

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

DRAWN_S = 20

needs_browser = pytest.mark.skipif(not CHROMIUM or not DRIVER, reason="no chromium with chromedriver on this machine")


class Browser:
    """One session. `open` waits until the page has drawn itself."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def open(self, file: Path, address: str = "") -> None:
        self.driver.get("about:blank")
        self._log("performance")
        self._log("browser")
        self.driver.get(f"{file.as_uri()}{address}")
        ready = "return document.documentElement.dataset.ready !== undefined"
        WebDriverWait(self.driver, DRAWN_S).until(lambda driver: driver.execute_script(ready))

    def _log(self, name: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = self.driver.get_log(name)  # type: ignore[no-untyped-call] # selenium's own
        return found

    def js(self, code: str) -> object:
        return self.driver.execute_script(code)

    def number(self, code: str) -> float:
        found = self.js(f"return Number({code})")
        assert isinstance(found, (int, float)), f"{code} is {found!r}"
        return float(found)

    def text(self, code: str) -> str:
        return str(self.js(f"return String({code})"))

    def count(self, selector: str) -> int:
        return int(self.number(f"document.querySelectorAll({json.dumps(selector)}).length"))

    def press(self, key: str) -> None:
        """A key on the page, and the frame that draws what it did."""
        self.js(f"document.body.dispatchEvent(new KeyboardEvent('keydown', {{key: {json.dumps(key)}, bubbles: true}}))")
        self.settle()

    def settle(self) -> None:
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))"
        )

    def window(self) -> tuple[float, float]:
        """The window of time (seconds), as the page says it."""
        text = self.text("document.querySelector('.window').textContent")
        since, until = text.partition("  (")[0].replace(" s", "").split(" to ")
        return float(since), float(until)

    def complaints(self) -> list[str]:
        """Errors and warnings of the console."""
        return [str(entry["message"]) for entry in self._log("browser")]

    def requests(self) -> list[str]:
        """Addresses that the page asked for, but for its own and for data in it."""
        entries = [json.loads(str(entry["message"]))["message"] for entry in self._log("performance")]
        asked = [one["params"]["request"]["url"] for one in entries if one["method"] == "Network.requestWillBeSent"]
        return [url for url in asked[1:] if not url.startswith("data:")]


@contextmanager
def browsing() -> Iterator[Browser]:
    """A session that ends with the block."""
    options = Options()
    options.binary_location = CHROMIUM or ""
    for word in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1400,1000",
    ):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=Service(DRIVER or ""))
    try:
        driver.set_script_timeout(10)
        yield Browser(driver)
    finally:
        driver.quit()
