"""The preview in a real Chromium: whether everyone can use it, and what its buttons do."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import josm_app, page_app
from tests.command import Run, require
from tests.page_app import opened
from tests.standin.strava import Strava

pytestmark = pytest.mark.browser

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
DARK = {"color_scheme": "dark"}


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """Require Chromium."""
    require(page_app.missing_parts())


@pytest.fixture
def retired() -> Sequence[str]:
    """The colours that Strava has retired."""
    return ()


@pytest.fixture
def preview(
    run: Run, strava: Strava, josm_directory: Path, tmp_path: Path, retired: Sequence[str]
) -> Path:
    """The page of the five groups, for a JOSM that is not running."""
    strava.retired_colors = retired
    preferences = josm_app.preferences(remote_port=josm_app.free_port())
    (josm_directory / "preferences.xml").write_text(preferences)
    run("preview", "--at", "45.075,7.65", "--zoom", "13", STRAVA_SESSION=strava.open_session())
    return tmp_path / "strava-heatmap-preview.html"


@pytest.mark.parametrize(
    ("context", "retired"),
    [
        (DESKTOP, []),
        (DESKTOP | DARK, ["mobileblue", "orange"]),
        (PHONE, ["blue"]),
        (PHONE | DARK, []),
    ],
)
def test_everyone_can_use_it(preview: Path, pictures: Path, context: dict[str, Any]) -> None:
    """In light and dark, on desk and phone, it fits and loads nothing, and axe finds no fault."""
    with opened(preview, **context) as shown:
        if context == DESKTOP:
            shown.screenshot(pictures / "preview.png")
        faults = Axe().run(shown.page)
        too_wide = shown.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        blank = shown.page.locator("img").evaluate_all("all => all.some(i => !i.naturalWidth)")

    assert 0 == faults.violations_count, faults.generate_report()
    assert (False, False) == (too_wide, blank)
    assert ([], []) == (shown.asked, shown.complaints)


def test_all_layers_are_usable_too(run: Run, strava: Strava, tmp_path: Path) -> None:
    """A page of all layers, where there is no heat, has links to its activities and no fault."""
    at = ("--at", "10,-40", "--zoom", "14")
    run("preview", "--all", *at, STRAVA_SESSION=strava.open_session())
    with opened(tmp_path / "strava-heatmap-preview.html", **DESKTOP) as shown:
        faults = Axe().run(shown.page)
        shown.page.get_by_role("link", name="Snowshoe").click()
        heading = shown.page.get_by_role("heading", name="Snowshoe", exact=True)
        in_sight = heading.evaluate("e => e.getBoundingClientRect().top < innerHeight")

    assert 0 == faults.violations_count, faults.generate_report()
    assert (True, []) == (in_sight, shown.complaints)


def test_keyboard_is_enough(preview: Path) -> None:
    """Tab leads visibly from button to button, and Enter copies the option of a layer."""
    with opened(preview, permissions=["clipboard-read", "clipboard-write"], **DESKTOP) as shown:
        shown.page.keyboard.press("Tab")
        shown.page.keyboard.press("Tab")
        focused = shown.page.evaluate("document.activeElement.getAttribute('aria-label')")
        outline = shown.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        shown.page.keyboard.press("Enter")
        shown.wait_for_status("Copied: --show all:hot")
        copied = shown.page.evaluate("navigator.clipboard.readText()")

    assert ("Copy --show all:hot", "solid", "--show all:hot") == (focused, outline, copied)
    assert ([], []) == (shown.asked, shown.complaints)


def test_what_fails_is_explained(preview: Path) -> None:
    """If copying is not allowed, the page shows the option; if JOSM does not listen, what to do."""
    with opened(preview, **DESKTOP) as shown:
        shown.page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        shown.press("Copy --show ride:purple")
        words = "The browser does not allow copying. The option is: --show ride:purple"
        shown.wait_for_status(words)
        shown.press("Open in JOSM: All rides, purple")
        advice = "start it, and tick 'Enable remote control' in its Preferences > Remote Control."
        shown.wait_for_status(f"JOSM does not answer: {advice}")

    (url,) = shown.asked
    assert url.startswith("http://127.0.0.1:")
    assert url.endswith("/imagery?id=strava-heatmap-ride-purple")
