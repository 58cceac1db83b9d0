"""A browser window of our own, in which a person logs in to Strava however Strava lets them."""

import time
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from stravacookies.credentials.own_browser import Firefox, GoneError, own_browser, running
from stravacookies.credentials.window_browsers import Program
from stravacookies.errors import NotLoggedInError
from stravacookies.strava.session import Session, is_strava

_LOGIN = "https://www.strava.com/login"

_LOOK = 0.5
"""Seconds between two looks at the window."""

_ASK = 5.0
"""The fewest seconds between two requests to Strava."""

REMIND = 5 * 60.0
"""Seconds after which the person is reminded."""

GIVE_UP = 15 * 60.0
"""Seconds after which the window is closed."""


def check_screen(platform: str, environ: Mapping[str, str]) -> None:
    """Raise a `NotLoggedInError` where no window can be shown."""
    has_screen = platform in ("win32", "darwin") or any(
        environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if environ.get("SSH_CONNECTION"):
        why = "you are connected over ssh"
    elif not has_screen:
        why = "there is no screen"
    else:
        return
    raise NotLoggedInError(f"A browser window cannot be opened here: {why}.")


def sessions(
    program: Program, environ: Mapping[str, str], report: Callable[[str], None]
) -> Iterator[Session]:
    """Open a window, and yield each session with which the person may have logged in.

    Close the iterator to close the window.

    Args:
        program: The browser.
        environ: Its environment variables, which must hold no secret.
        report: Is called with what to tell the person.

    Raises:
        NotLoggedInError: The browser cannot be used, the person closed the window, or 15 minutes
            have gone by.
    """
    browser = own_browser(program)
    report(f"Opening a window of {browser.name}: log in to Strava there, in any way you like.")
    with running(browser, environ, _LOGIN):
        begun, asked, tried, reminded = time.monotonic(), 0.0, None, False
        while (now := time.monotonic()) - begun < GIVE_UP:
            try:
                pages, session = browser.look()
            except GoneError:
                raise NotLoggedInError(
                    "You closed the window before you had logged in to Strava."
                ) from None
            if session and session != tried and now - asked >= _ASK and _is_past_login(pages):
                tried, asked = session, now
                yield session
            elif now - begun > REMIND and not reminded:
                reminded = True
                report(f"Still waiting: log in to Strava in the window of {browser.name}.")
            time.sleep(_LOOK)
    raise NotLoggedInError("No one logged in for 15 minutes, so the window was closed.")


def renewed(program: Program, environ: Mapping[str, str]) -> Session | None:
    """Return the session that the profile of an earlier window has now. Open no page of Strava.

    Raises:
        NotLoggedInError: The browser cannot be used.
    """
    browser = own_browser(program)
    if isinstance(browser, Firefox):  # its files are enough
        return browser.look().session
    with running(browser, environ, None):
        return browser.look().session


def _is_past_login(pages: list[str]) -> bool:
    """Return whether a page is one of Strava's after the login."""
    urls = map(urlsplit, pages)
    return any(
        is_strava(url.hostname or "") and not url.path.startswith(("/login", "/session"))
        for url in urls
    )
