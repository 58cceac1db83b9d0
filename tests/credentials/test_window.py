"""The window in which a person logs in: when Strava is asked, and how it ends."""

import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from stravacookies.computer import Computer
from stravacookies.credentials.window import Patience, check_screen, renewed, sessions
from stravacookies.credentials.window_browsers import Program
from stravacookies.errors import NotLoggedInError
from stravacookies.strava.session import Session
from tests.pretended_browser import LOGIN, State, has_ended, pretended, processes, started
from tests.sessionstore import sessionstore

DASHBOARD = "https://www.strava.com/dashboard"


def quiet(_: str) -> None:
    """Ignore what the person is told."""


def test_only_new_sessions_after_the_login_are_yielded(tmp_path: Path) -> None:
    """Strava need not be asked about a session before the login, nor twice, nor all the time."""
    program = pretended(
        tmp_path,
        ([LOGIN], "anonymous"),
        ([LOGIN, "https://accounts.google.com/signin"], "anonymous"),
        (["https://www.strava.com/session/code"], "anonymous"),
        ([DASHBOARD], "one"),
        ([DASHBOARD], "one"),
        ([DASHBOARD], "two"),
    )
    times: list[float] = []
    reports: list[str] = []
    with closing(sessions(program, reports.append, Patience(ask=1.7))) as found:
        first = next(found)
        times.append(time.monotonic())
        second = next(found)
        times.append(time.monotonic())
        assert processes(program)

    assert (Session("one"), Session("two")) == (first, second)
    assert [
        "Strava has not accepted a login from this window yet: log in, or close it."
    ] == reports[1:]
    assert times[1] - times[0] > 1.6
    assert has_ended(program)


def test_pages_that_are_not_past_the_login(tmp_path: Path) -> None:
    """No session is yielded while only other sites, or Strava's login, are open."""
    pages = [
        "https://www.strava.com/login?redirect=/dashboard",
        "https://www.strava.com/session",
        "http://www.strava.com/dashboard",
        "https://www.strava.com.example.org/dashboard",
        "https://appleid.apple.com/auth?u=https://www.strava.com/dashboard",
        "https://www.facebook.com/",
        "chrome-error://chromewebdata/",
        "http://[bad",
    ]
    found = sessions(pretended(tmp_path, (pages, "x")), quiet, Patience(give_up=0.6))
    with pytest.raises(NotLoggedInError, match="No one logged in"):
        next(found)


@pytest.mark.parametrize(
    ("browser", "states"),
    [
        ("chromium", [([LOGIN], "anonymous"), ([LOGIN], "anonymous"), ([], "anonymous")]),
        ("firefox", [([LOGIN], "anonymous")]),
    ],
)
def test_person_closes_the_window(tmp_path: Path, browser: str, states: list[State]) -> None:
    """A window that is closed before the login ends it at once."""
    program = pretended(tmp_path, *states, browser=browser, behaviour="closes")
    with pytest.raises(NotLoggedInError) as caught:
        next(sessions(program, quiet, Patience(give_up=30)))

    assert (
        "You closed the window before you had logged in to Strava. To try again, or to log in"
        " another way, run 'stravacookies login'."
    ) == str(caught.value)
    assert has_ended(program)


def test_window_that_is_closed_right_after_the_login(tmp_path: Path) -> None:
    """A session that Strava was not asked about yet is yielded before the end."""
    states = ([DASHBOARD], "anonymous"), ([DASHBOARD], "anonymous"), ([DASHBOARD], "new")
    found = sessions(pretended(tmp_path, *states, ([], "new")), quiet, Patience(ask=60))

    assert [Session("anonymous"), Session("new")] == [next(found), next(found)]
    with pytest.raises(NotLoggedInError, match="You closed the window"):
        next(found)


def test_person_is_reminded_and_then_given_up(tmp_path: Path) -> None:
    """The person is told what to do, once more after a while, and at last that it is over."""
    reports: list[str] = []
    program = pretended(tmp_path)
    with pytest.raises(NotLoggedInError) as caught:
        next(sessions(program, reports.append, Patience(remind=0.1, give_up=1.2)))

    assert [
        "Log in to Strava in the Chromium window that opens now, in any way you like. It closes"
        " by itself. If no window appears, press Ctrl+C and log in another way.",
        "Still waiting: log in to Strava in the Chromium window.",
    ] == reports
    assert "No one logged in for 0.02 minutes, so the window was closed." == caught.value.finding
    assert has_ended(program)
    assert (5, 300, 900) == Patience()[1:]


def test_start_has_its_own_patience(tmp_path: Path) -> None:
    """A browser that shows nothing is given up earlier than a person."""
    program = pretended(tmp_path, behaviour="shows nothing")
    with pytest.raises(NotLoggedInError, match=r"^Chromium could not be started \(nothing"):
        next(sessions(program, quiet, Patience(start=0.5)))

    assert 30 == Patience().start


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_session_is_renewed(tmp_path: Path, browser: str) -> None:
    """The profile's session is found without a window, and without a page of Strava."""
    program = pretended(tmp_path, (["about:blank"], "newer"), browser=browser)
    program.profile.mkdir(mode=0o700)
    if browser == "firefox":
        path = program.profile / "sessionstore.jsonlz4"
        path.write_bytes(sessionstore({"_strava4_session": "newer"}, [DASHBOARD]))

    assert [Session("newer")] * 2 == [renewed(program) for _ in range(2)]
    assert has_ended(program)
    if browser == "chromium":
        assert "about:blank" == started(program)["arguments"][-1]


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
@pytest.mark.parametrize("exists", [True, False])
def test_profile_without_a_login(tmp_path: Path, browser: str, exists: bool) -> None:
    """There is nothing to renew, so nothing is created, and nothing is shown."""
    program = pretended(tmp_path, (["about:blank"], ""), browser=browser)
    if exists:
        program.profile.mkdir(mode=0o700)
    with pytest.raises(NotLoggedInError) as caught:
        renewed(program)

    assert (
        f"No one has logged in to Strava in a {browser.capitalize()} window."
    ) == caught.value.finding
    assert exists == program.profile.exists()


def test_damaged_profile_of_firefox(tmp_path: Path) -> None:
    """A damaged file is named."""
    program = Program("firefox", tmp_path / "firefox", tmp_path)
    (tmp_path / "sessionstore.jsonlz4").write_bytes(b"mozLz40\0")
    with pytest.raises(NotLoggedInError, match=r"sessionstore\.jsonlz4: it is damaged"):
        renewed(program)


@pytest.mark.parametrize(
    ("platform", "environ", "why"),
    [
        ("linux", {"DISPLAY": ":0"}, None),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, None),
        ("darwin", {}, None),
        ("win32", {}, None),
        ("linux", {"DISPLAY": ""}, "there is no screen"),
        (
            "linux",
            {"DISPLAY": ":10", "SSH_CONNECTION": "::1 1 ::1 22"},
            "you are connected over ssh",
        ),
        ("darwin", {"SSH_CONNECTION": "::1 1 ::1 22"}, "you are connected over ssh"),
    ],
)
def test_window_needs_a_screen(platform: str, environ: Mapping[str, str], why: str | None) -> None:
    """Where no one could see a window, that is said instead of opening one."""
    computer = Computer(platform, environ, Path("/home/eva"))
    if why is None:
        check_screen(computer)
        return
    with pytest.raises(NotLoggedInError) as caught:
        check_screen(computer)

    assert f"A browser window cannot be opened here: {why}." == caught.value.finding
    assert "run 'stravacookies login -'" in caught.value.advice
