"""Real browsers that log in to the stand-in, and whose cookies the program then reads."""

from pathlib import Path

import pytest

from tests import browser_app
from tests.browser_app import Chromium, Firefox
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


def test_chromium(home: Path, stand_in: StandIn, run: Run) -> None:
    """A session is read from Chromium after it was closed; until then it may be only in memory."""
    with Chromium(home, stand_in) as running:
        running.wait_for_login()
    outcome = run("login", "--from", "chromium")

    assert (0, "") == (outcome.code, outcome.err)
    assert outcome.out.startswith("Logged in to Strava with Chromium.")


def test_firefox(home: Path, stand_in: StandIn, run: Run, josm_directory: Path) -> None:
    """Firefox is found while it runs; when the session ends, it is read again, now closed."""
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

    assert (0, "") == (outcomes[-1].code, outcomes[-1].err)
    assert (0, "") == (again.code, again.err)


def test_session_cookie(home: Path, stand_in: StandIn, run: Run) -> None:
    """A session cookie, which Firefox does not write into its store, is found while it runs."""
    stand_in.strava.remembers = False
    outcomes: list[Outcome] = []

    def is_found() -> bool:
        outcomes.append(run("login", "firefox"))
        return outcomes[-1].code == 0

    with Firefox(home, stand_in) as running:
        running.wait_for_login()
        running.wait_until(is_found, "writes its session cookies", 60)

    assert outcomes[-1].out.startswith("Logged in to Strava with Firefox.")
