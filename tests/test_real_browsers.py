"""Real browsers that log in at the stand-in, and whose cookies the program then takes from disk."""

from pathlib import Path

import pytest

from tests import browser_app
from tests.browser_app import Browser, Chromium, Firefox
from tests.command import Outcome, run_stravacookies
from tests.conftest import require
from tests.standin.server import StandIn

pytestmark = [
    pytest.mark.browser,
    # A browser drops connections at any moment; see _Proxy in tests/standin/server.py.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket"),
]


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """All that is needed; where it is not, CI fails and others are told."""
    require(browser_app.missing_parts())


def log_in(source: str, environment: dict[str, str], folder: Path) -> Outcome:
    """Take the session from a browser."""
    return run_stravacookies("login", "--from", source, environment=environment, folder=folder)


@pytest.mark.parametrize("browser", [Firefox, Chromium], ids=lambda browser: browser.name)
def test_browser_is_read(
    browser: type[Browser],
    home: Path,
    stand_in: StandIn,
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    """A session is taken from a browser that runs, as soon as it is on disk, and after its end."""
    with browser(home, stand_in) as running:
        running.wait_for_login()
        running.wait_until(
            lambda: log_in(browser.name, environment, tmp_path).code == 0,
            "has its cookies on disk",
            90,
        )
    outcome = log_in(browser.name, environment, tmp_path)

    assert (0, "") == (outcome.code, outcome.err)
    assert outcome.out.startswith(f"Logged in to Strava with {browser.name}. The cookies last")


def test_browser_is_found(
    home: Path, stand_in: StandIn, environment: dict[str, str], tmp_path: Path, josm_directory: Path
) -> None:
    """Without a name, the browser that is logged in is found; later it is read again by itself."""
    outcomes: list[Outcome] = []

    def found() -> bool:
        outcomes.append(run_stravacookies("login", environment=environment, folder=tmp_path))
        return outcomes[-1].code == 0

    with Firefox(home, stand_in) as running:
        running.wait_for_login()
        running.wait_until(found, "has its cookies on disk", 60)
    state = home / ".local" / "state" / "stravacookies" / "session.json"
    state.write_text('{"source": "firefox", "_strava4_session": "ended"}')
    again = run_stravacookies("josm-prefs", "--refresh", environment=environment, folder=tmp_path)

    assert "There is a Strava session in firefox.\n" == outcomes[-1].err
    assert (0, "") == (again.code, again.err)
