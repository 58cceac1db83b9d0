"""The server in a real Chromium: its own page, and pages of other sites that want its tiles."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import page_app
from tests.command import require
from tests.page_app import new_page, opened
from tests.served import TILE, Served, serving
from tests.standin.strava import Strava

pytestmark = pytest.mark.browser

SHOW_AND_READ = """async (url) => {
    const picture = new Image();
    const shown = await new Promise((done) => {
        picture.onload = () => done(picture.naturalWidth);
        picture.onerror = () => done(0);
        picture.src = url;
    });
    let read, drawn;
    try { read = (await (await fetch(url)).blob()).size; } catch { read = 0; }
    try {
        const pixels = document.createElement("canvas").getContext("2d");
        pixels.drawImage(picture, 0, 0);
        drawn = pixels.getImageData(0, 0, 1, 1).data.length;
    } catch { drawn = 0; }
    return [shown, read, drawn];
}"""
"""Shows a tile as iD does; returns its width, the bytes and the values of a pixel that are read."""


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """Require Chromium."""
    require(page_app.missing_parts())


@pytest.fixture
def served(environment: dict[str, str], strava: Strava) -> Iterator[Served]:
    """A running server."""
    with serving(environment | {"STRAVA_SESSION": strava.open_session()}) as served:
        yield served


@pytest.mark.parametrize(
    ("site", "shown", "can_read"),
    [
        ("https://www.openstreetmap.org/edit", 512, True),
        ("https://rapideditor.org/edit", 512, True),
        ("https://example.com/", 512, False),  # Chromium does not say whose the page is
        ("http://example.com/", 0, False),
    ],
)
def test_pages_of_sites(served: Served, site: str, shown: int, can_read: bool) -> None:
    """Pages of editors show tiles and read them; those of other sites can read none.

    The user has allowed all of them to reach this computer, for which Chromium asks.
    """
    with new_page(permissions=["local-network-access"]) as page:
        page.route(site, lambda route: route.fulfill(body="<p>A page", content_type="text/html"))
        page.goto(site)
        found = page.evaluate(SHOW_AND_READ, served.url + TILE)

    size = len(served.ask().content)
    assert [shown, size * can_read, 0] == found


DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
DARK = {"color_scheme": "dark"}


@pytest.mark.parametrize("context", [DESKTOP, DESKTOP | DARK, PHONE])
def test_own_page(served: Served, context: dict[str, Any]) -> None:
    """Everyone can use the page, which loads nothing, and copies the address of a layer."""
    allowed = {"permissions": ["clipboard-read", "clipboard-write"]}
    with opened(f"{served.url}/", **context, **allowed) as shown:
        faults = Axe().run(shown.page)
        too_wide = shown.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        shown.page.get_by_label("Activity").select_option("Hike")
        shown.page.get_by_label("Colour").select_option("blue")
        address = f"tms[3,15]:{served.url}/sport_Hike/blue/{{zoom}}/{{x}}/{{y}}.png"
        shown.press("Copy the address for JOSM")
        shown.wait_for_status(f"Copied: {address}")
        copied = shown.page.evaluate("navigator.clipboard.readText()")

    assert 0 == faults.violations_count, faults.generate_report()
    assert (False, address) == (too_wide, copied)
    assert ([], []) == (shown.asked, shown.complaints)
