"""The ways in which a person can log in: a browser window of our own, alone and in the menu."""

import json
from pathlib import Path

import pytest

from stravacookies.credentials.window_browsers import Program
from tests.command import PROGRAM, Run
from tests.pretended_browser import LOGIN, has_ended, pretended, started
from tests.standin.server import StandIn
from tests.standin.strava import Strava
from tests.terminal import converse

DASHBOARD = "https://www.strava.com/dashboard"
SCREEN = {"DISPLAY": ":0", "STRAVA_EMAIL": "me@example.org"}


def browser(home: Path, *sessions: str) -> Program:
    """Install a browser in which a person gets these sessions, one after the other."""
    (home / "bin").mkdir(exist_ok=True)
    states = [([DASHBOARD], session) for session in sessions]
    program = pretended(home / "bin", ([LOGIN], "anonymous"), *states)
    return program._replace(profile=home / ".local/state/stravacookies/window-chromium")


def test_window(run: Run, home: Path, strava: Strava, stand_in: StandIn) -> None:
    """A window is closed once Strava accepts a session, which is kept with its source."""
    session = strava.open_session()
    program = browser(home, session)
    outcome = run("login", "window", PATH=f"{home / 'bin'}:{PROGRAM.parent}", **SCREEN)
    kept = json.loads((program.profile.parent / "session.json").read_text())
    told = (
        "Log in to Strava in the Chromium window that opens now, in any way you like. It closes by"
        " itself. If no window appears, press Ctrl+C and log in another way.\n"
    )

    assert (0, told) == (outcome.code, outcome.err)
    assert outcome.out.startswith("Logged in to Strava with a window of Chromium.\n")
    assert "Next: run 'stravacookies josm-prefs'" in outcome.out
    assert ("window:chromium", session) == (kept["source"], kept["_strava4_session"])
    assert ["/maps"] == [request.path for request in stand_in.requests]
    assert has_ended(program)
    assert "STRAVA_EMAIL" not in started(program)["environment"]


def test_renewal(run: Run, home: Path, josm_directory: Path, strava: Strava) -> None:
    """When its session has ended, the window's profile is asked for a newer one, in silence."""
    program = browser(home, strava.open_session())
    path = f"{home / 'bin'}:{PROGRAM.parent}"
    run("login", "window", PATH=path, **SCREEN)
    strava.end_sessions()
    browser(home, strava.open_session())
    renewed = run("josm-prefs", PATH=path), run("josm-prefs", "--refresh", PATH=path)
    strava.end_sessions()
    ended = run("josm-prefs", "--refresh", PATH=path)

    assert [(0, ""), (0, "")] == [(each.code, each.err) for each in renewed]
    assert "about:blank" == started(program)["arguments"][-1]
    assert (3, 1) == (ended.code, ended.err.count("\n"))
    assert ended.err.endswith(" To log in again, run 'stravacookies login'.\n")
    assert has_ended(program)


@pytest.mark.parametrize(
    ("source", "variables", "words"),
    [
        ("window", {}, "A browser window cannot be opened here: there is no screen. Log in"),
        ("window", SCREEN | {"SSH_CONNECTION": "1"}, "here: you are connected over ssh. Log in"),
        ("window:edge", SCREEN, "Edge was not found on this computer. To try"),
    ],
)
def test_no_window(
    run: Run, home: Path, source: str, variables: dict[str, str], words: str
) -> None:
    """Where no window can be opened, that is said at once."""
    browser(home)
    outcome = run("login", source, PATH=str(home / "bin"), **variables)

    assert (3, "") == (outcome.code, outcome.out)
    assert words in outcome.err


def test_menu(environment: dict[str, str], home: Path, strava: Strava) -> None:
    """Where a window can be opened, it is the first choice; a refused session is not the end."""
    program = browser(home, "of a visitor", strava.open_session())
    variables = environment | {"DISPLAY": ":0", "PATH": str(home / "bin")}
    code, shown = converse(variables, [("Your choice [1]: ", "")], "cookies")

    assert 0 == code, shown
    assert "  1  open a browser window (Chromium)\r\n  2  paste" in shown
    assert "stravacookies: Logged in to Strava with a window of Chromium.\r\n" in shown
    assert has_ended(program)
