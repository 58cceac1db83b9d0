"""The preview in a real Chromium: what it looks like, who can use it, and what its buttons do."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import josm_app, page_app
from tests.conftest import Run, require
from tests.page_app import opened
from tests.standin.strava import Strava

pytestmark = pytest.mark.browser

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """All that is needed; where it is not, CI fails and others are told."""
    require(page_app.missing_parts())


@pytest.fixture
def preview(run: Run, strava: Strava, josm_directory: Path, tmp_path: Path) -> Path:
    """The page of the five groups; JOSM would listen on a port where nobody does."""
    preferences = josm_app.preferences(remote_port=josm_app.free_port())
    (josm_directory / "preferences.xml").write_text(preferences)
    run("preview", "--at", "45.075,7.65", "--zoom", "13", STRAVA_SESSION=strava.open_session())
    return tmp_path / "strava-heatmap-preview.html"


@pytest.mark.parametrize(
    "context",
    [DESKTOP, DESKTOP | {"color_scheme": "dark"}, PHONE, PHONE | {"color_scheme": "dark"}],
    ids=["light", "dark", "phone", "phone-dark"],
)
def test_everyone_can_use_it(preview: Path, pictures: Path, context: dict[str, Any]) -> None:
    """Light or dark, on a desk or a phone: it fits, asks nobody, and axe finds no fault in it."""
    with opened(preview, **context) as shown:
        if context == DESKTOP:
            shown.screenshot(pictures / "preview.png")
        found = Axe().run(shown.page)
        too_wide = shown.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        blank = shown.page.locator("img").evaluate_all(
            "images => images.filter(i => !i.naturalWidth).length"
        )

    assert 0 == found.violations_count, found.generate_report()
    assert (0, 0) == (max(too_wide, 0), blank)
    assert ([], []) == (shown.asked, shown.complaints)


def test_all_layers_are_usable_too(run: Run, strava: Strava, tmp_path: Path) -> None:
    """A page of 287 layers, with a list to jump from and tiles without heat, is no worse."""
    at = ("--at", "10,-40", "--zoom", "14")
    run("preview", "--all", *at, STRAVA_SESSION=strava.open_session())
    with opened(tmp_path / "strava-heatmap-preview.html", **DESKTOP) as shown:
        found = Axe().run(shown.page)
        shown.page.get_by_role("link", name="Snowshoe").click()
        heading = shown.page.get_by_role("heading", name="Snowshoe", exact=True)
        in_sight = heading.evaluate("e => e.getBoundingClientRect().top < innerHeight")

    assert 0 == found.violations_count, found.generate_report()
    assert in_sight
    assert [] == shown.complaints


def test_option_is_copied(preview: Path) -> None:
    """A button puts the option for its layer on the clipboard."""
    with opened(preview, permissions=["clipboard-read", "clipboard-write"], **DESKTOP) as shown:
        shown.press("Copy --show ride:purple")
        shown.wait_for_status("Copied: --show ride:purple")
        copied = shown.page.evaluate("navigator.clipboard.readText()")

    assert "--show ride:purple" == copied
    assert ([], []) == (shown.asked, shown.complaints)


def test_option_that_cannot_be_copied_is_shown(preview: Path) -> None:
    """Where the browser has no clipboard for a page, the option can be read."""
    with opened(preview, **DESKTOP) as shown:
        shown.page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        shown.press("Copy --show ride:purple")
        shown.wait_for_status("The browser does not let it be copied. It is: --show ride:purple")


def test_keyboard_is_enough(preview: Path) -> None:
    """Tab leads to the buttons one by one, visibly, and Enter presses them."""
    with opened(preview, **DESKTOP) as shown:
        shown.page.keyboard.press("Tab")
        shown.page.keyboard.press("Tab")
        focused = shown.page.evaluate("document.activeElement.getAttribute('aria-label')")
        outline = shown.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        shown.page.keyboard.press("Enter")
        shown.wait_for_status("Copied: --show all:hot")

    assert ("Copy --show all:hot", "solid") == (focused, outline)


def test_josm_that_does_not_answer(preview: Path) -> None:
    """Where nobody listens, the page says what to do."""
    with opened(preview, **DESKTOP) as shown:
        shown.press("Open in JOSM: All Rides, purple")
        shown.wait_for_status(
            "JOSM does not answer: start it, and tick 'Enable remote control' in its"
            " Preferences > Remote Control."
        )

    assert 1 == len(shown.asked)
    assert shown.asked[0].startswith("http://127.0.0.1:")
    assert shown.asked[0].endswith("/imagery?id=strava-heatmap-ride-purple")
