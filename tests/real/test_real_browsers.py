"""Real browsers that log in to the stand-in, and whose cookies the program then reads."""

from pathlib import Path

import pytest

from tests import browser_app
from tests.browser_app import Browser, Chromium, Firefox
from tests.command import Outcome, Run, require
from tests.standin.server import StandIn

pytestmark = [
    pytest.mark.browser,
    # A browser drops connections at any moment; see _Proxy in tests/standin/server.py.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket"),
]


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """Require the browsers."""
    require(browser_app.missing_parts())


@pytest.mark.parametrize("browser", [Firefox, Chromium], ids=lambda browser: browser.name)
def test_browser_is_read(browser: type[Browser], home: Path, stand_in: StandIn, run: Run) -> None:
    """A session is read from a browser that is running, and from one that was closed."""
    with browser(home, stand_in) as running:
        running.wait_for_login()
        running.wait_until(
            lambda: run("login", "--from", browser.name).code == 0, "saves its cookies", 90
        )
    outcome = run("login", "--from", browser.name)

    assert (0, "") == (outcome.code, outcome.err)
    assert outcome.out.startswith(f"Logged in to Strava with {browser.name}.")


def test_browser_is_found(home: Path, stand_in: StandIn, run: Run, josm_directory: Path) -> None:
    """Without a name, `login` finds the browser; when the session ends, it is read again."""
    outcomes: list[Outcome] = []

    def is_found() -> bool:
        outcomes.append(run("login"))
        return outcomes[-1].code == 0

    with Firefox(home, stand_in) as running:
        running.wait_for_login()
        running.wait_until(is_found, "saves its cookies", 60)
    session = home / ".local" / "state" / "stravacookies" / "session.json"
    session.write_text('{"source": "firefox", "_strava4_session": "ended"}')
    again = run("josm-prefs", "--refresh")

    assert "Found a Strava session in firefox.\n" == outcomes[-1].err
    assert (0, "") == (again.code, again.err)
