"""A browser window of our own, in which a person logs in to Strava however Strava lets them."""

import math
import re
import time
from collections.abc import Callable, Generator
from typing import NamedTuple

from stravacookies.computer import Computer
from stravacookies.credentials.browser_process import START, running
from stravacookies.credentials.own_browser import Firefox, own_browser
from stravacookies.credentials.window_browsers import Program
from stravacookies.errors import TRY_AGAIN, NotLoggedInError
from stravacookies.installation import command
from stravacookies.strava.session import Session

_LOGIN = "https://www.strava.com/login"

_PAST_LOGIN = re.compile(r"https://www\.strava\.com/(?!login|session)")
"""The beginning of the addresses of Strava's pages after the login."""

_LOOK = 0.2
"""Seconds between checks of the window. Reading Firefox's files takes 6 ms."""

_NOT_YET = "Strava has not accepted a login from this window yet: log in, or close it."

_WITHOUT_WINDOW = (
    "Log in at https://www.strava.com in a browser on any computer, then run"
    f" '{command('login', '-')}', and paste the value of its cookie _strava4_session."
)


class Patience(NamedTuple):
    """How long to wait, in seconds.

    Attributes:
        start: Until the browser has started.
        ask: Between two sessions, each of which is a request to Strava.
        remind: Until the person is reminded.
        give_up: Until the window is closed.
    """

    start: float = START
    ask: float = 5
    remind: float = 5 * 60
    give_up: float = 15 * 60


PATIENCE = Patience()


def check_screen(computer: Computer) -> None:
    """Raise a `NotLoggedInError` where no window can be shown."""
    environ = computer.environ
    has_screen = computer.platform in ("win32", "darwin") or any(
        environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if environ.get("SSH_CONNECTION"):
        why = "you are connected over ssh"
    elif not has_screen:
        why = "there is no screen"
    else:
        return
    raise NotLoggedInError(f"A browser window cannot be opened here: {why}.", _WITHOUT_WINDOW)


def sessions(
    program: Program, report: Callable[[str], None], patience: Patience = PATIENCE
) -> Generator[Session, None, None]:
    """Open a window, and yield each session with which the person may have logged in.

    Close the iterator to close the window.

    Args:
        program: The browser.
        report: Is called with what to tell the person.
        patience: How long to wait.

    Raises:
        NotLoggedInError: The browser cannot be used, the person closed the window, or did not log
            in for 15 minutes.
    """
    browser = own_browser(program)
    report(
        f"Log in to Strava in the {browser.name} window that opens now, in any way you like. It"
        " closes by itself. If no window appears, press Ctrl+C and log in another way."
    )
    with running(browser, _LOGIN, patience.start):
        begun, asked, reminded = time.monotonic(), -math.inf, False
        found = tried = None
        while (now := time.monotonic()) < begun + patience.give_up:
            seen = browser.look()
            if seen and any(map(_PAST_LOGIN.match, seen.pages)):
                found = seen.session
            # Someone may close the window right after the login.
            if found and found != tried and (now >= asked + patience.ask or not seen):
                tried, asked = found, now
                yield found
                if seen:
                    report(_NOT_YET)
            if not seen:
                closed = "You closed the window before you had logged in to Strava."
                raise NotLoggedInError(closed, TRY_AGAIN)
            if now > begun + patience.remind and not reminded:
                reminded = True
                report(f"Still waiting: log in to Strava in the {browser.name} window.")
            time.sleep(_LOOK)
    minutes = patience.give_up / 60
    late = f"No one logged in for {minutes:g} minutes, so the window was closed."
    raise NotLoggedInError(late, TRY_AGAIN)


def renewed(program: Program) -> Session:
    """Return the session that the profile of an earlier window has now. Open no page of Strava.

    Raises:
        NotLoggedInError: There is no such profile, or no session in it, or the browser cannot be
            used.
    """
    browser = own_browser(program)
    seen = None
    if isinstance(browser, Firefox):  # its files are enough
        seen = browser.look()
    elif browser.profile.exists():
        with running(browser, None):
            seen = browser.look()
    if not seen or not seen.session:
        no_one = f"No one has logged in to Strava in a {browser.name} window."
        raise NotLoggedInError(no_one, TRY_AGAIN)
    return seen.session
