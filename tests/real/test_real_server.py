"""The server in a real Chromium: its own page, and pages of other sites that want its tiles."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import page_app
from tests.command import require
from tests.page_app import LOOKS, new_page, opened
from tests.served import TILE, Served, serving
from tests.standin.signing import Signer
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
    """Pages of editors show and read tiles; those of other sites can read none. All can link here.

    The user has allowed all of them to reach this computer, for which Chromium asks.
    """
    with new_page(permissions=["local-network-access"]) as page:
        page.route(site, lambda route: route.fulfill(body="<p>A page", content_type="text/html"))
        page.goto(site)
        found = page.evaluate(SHOW_AND_READ, served.url + TILE)
        page.evaluate("(url) => { location = url; }", served.url)
        page.get_by_role("heading", name="Strava Heatmap on this computer").wait_for()

    size = len(served.ask().content)
    assert [shown, size * can_read, 0] == found


def test_own_page(
    served: Served, environment: dict[str, str], strava: Strava, tmp_path: Path
) -> None:
    """However people look at it, axe finds no fault in the page, which fits and loads nothing.

    The same is true while an address is copied, after a failed renewal, and without a session.
    """
    faults = {}
    with opened(f"{served.url}/", permissions=["clipboard-read", "clipboard-write"]) as shown:
        shown.page.get_by_label("Activity").select_option("Hike")
        shown.page.get_by_label("Colour").select_option("blue")
        address = f"tms[3,15]:{served.url}/sport_Hike/blue/{{zoom}}/{{x}}/{{y}}.png"
        faults["at first"] = shown.faults()
        for name, look in LOOKS.items():
            shown.look(**look)
            shown.press("Copy the address for JOSM")
            shown.wait_for_status(f"Copied: {address}")
            faults[name] = shown.faults()
        copied = shown.page.evaluate("navigator.clipboard.readText()")
        strava.signer = Signer()  # which makes all cookies invalid
        strava.end_sessions()
        assert 503 == served.ask().status_code
        shown.page.reload()
        shown.page.get_by_text("The cookies could not be renewed").wait_for()
        faults["failed renewal"] = shown.faults()
        with serving(environment | {"HOME": str(tmp_path)}) as without_session:
            assert 503 == without_session.ask().status_code  # now it knows that there is none
            shown.page.goto(f"{without_session.url}/")
            shown.page.get_by_text("No usable Strava session was found.").wait_for()
            faults["no session"] = shown.faults()

    assert address == copied
    assert {name: [] for name in faults} == faults
    assert ([f"{served.url}/", f"{without_session.url}/"], []) == (shown.asked, shown.complaints)
