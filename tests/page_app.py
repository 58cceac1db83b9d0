"""Opens a page in a real Chromium, for tests that look at it and click in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests import screen
from tests.command import missing

_OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"width": 1280, "height": 900},
    "dark": {"width": 1280, "height": 900, "color_scheme": "dark"},
    "enlarged fourfold": {"width": 320, "height": 256},
    "large text": {"width": 640, "height": 800, "text": 200, "color_scheme": "dark"},
    "forced colours": {"width": 1280, "height": 900, "forced_colors": "active"},
}
"""How people look at a page: arguments of `Opened.look`."""


def missing_parts() -> str | None:
    """Return a sentence on how to install what is missing, or None."""
    return missing("Looking at pages", {"chromium": shutil.which("chromium")})


@dataclass(frozen=True)
class Opened:
    """An open page.

    Attributes:
        page: The page.
        asked: The URLs that it has requested, without its own and those with the data in them.
        complaints: The messages in the browser's console.
    """

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def press(self, button: str) -> None:
        """Press the button of this name."""
        self.page.get_by_role("button", name=button, exact=True).click()

    def wait_for_status(self, text: str) -> None:
        """Wait until the page shows a message; fail after 20 seconds."""
        self.page.get_by_role("status").get_by_text(text, exact=True).wait_for(timeout=20_000)

    def look(self, width: int, height: int, text: int = 100, **media: Any) -> None:
        """Change how the page is looked at.

        Args:
            width: Width of the window, in CSS pixels.
            height: Height of the window.
            text: The size of text, in percent.
            media: What the user prefers, as in Playwright's `emulate_media`.
        """
        usual: dict[str, Any] = {"color_scheme": "light", "forced_colors": "none"}
        self.page.emulate_media(**usual | media)
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")

    def faults(self) -> list[str]:
        """Return what keeps people from using the page, as axe finds it, or that it is too wide."""
        # axe does not see the colours that the user has forced, and takes the page's for them.
        is_forced = self.page.evaluate("matchMedia('(forced-colors: active)').matches")
        # https://www.w3.org/TR/WCAG22/#target-size-minimum is checked only if it is asked for.
        rules = {"target-size": {"enabled": True}, "color-contrast": {"enabled": not is_forced}}
        found = Axe().run(self.page, options={"rules": rules}).response["violations"]
        faults = [f"{each['id']}: {each['nodes'][0]['target']}" for each in found]
        too_wide = self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        return [*faults, "too wide"] if too_wide else faults

    def screenshot(self, path: Path) -> None:
        """Save a PNG of the visible part of the page."""
        screen.save(Image.open(BytesIO(self.page.screenshot())), path)


@contextmanager
def new_page(**context: Any) -> Iterator[Page]:
    """Open an empty page in a browser, which ends with the block.

    Args:
        context: Size of the window and such, as in Playwright's `new_context`.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(_OPTIONS)
        )
        try:
            yield browser.new_context(**context).new_page()
        finally:
            browser.close()


@contextmanager
def opened(path: Path | str, **context: Any) -> Iterator[Opened]:
    """Open a page in a browser, which ends with the block.

    Args:
        path: A file or a URL.
        context: As in `new_page`.
    """
    url = path if isinstance(path, str) else path.as_uri()
    with new_page(**context) as page:
        opened = Opened(page)
        page.on("request", lambda request: opened.asked.append(request.url))
        page.on("console", lambda message: opened.complaints.append(message.text))
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        page.goto(url)
        opened.asked[:] = [
            each for each in opened.asked if each != url and not each.startswith("data:")
        ]
        yield opened
