"""Where a session may be taken from, as a user names it: a browser, an exported file, or `-`."""

import stat
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import (
    BrowserExtraError,
    ExpiredTokenError,
    FolderSourceError,
    NoBrowserError,
    NoSourceSessionError,
    NotLoggedInError,
    StravaError,
    UnknownSourceError,
    UnreadableSourceError,
)
from stravacookies.exported import LONGEST, cookies_from_export
from stravacookies.files import kind
from stravacookies.heatmap import TileHost
from stravacookies.session import Session

BROWSERS = (
    "firefox",
    "chrome",
    "chromium",
    "brave",
    "edge",
    "opera",
    "safari",
    "vivaldi",
    "whale",
)
"""The browsers that can be read, by the names that yt-dlp has for them."""

PASSWORD = "password"  # noqa: S105 - the name of a source
STANDARD_INPUT = "-"


def canonical(source: str) -> str:
    """Return the name by which a source can be found again, from wherever.

    Args:
        source: A browser, `BROWSER:PROFILE`, a file, `-` for standard input, or `password`.

    Raises:
        UnknownSourceError: It is none of these.
        FolderSourceError: It is a folder.
        UnreadableSourceError: It is a file that cannot be reached.
    """
    name, colon, profile = source.partition(":")
    if source in (PASSWORD, STANDARD_INPUT):
        return source
    try:
        if is_browser(name.lower()):
            if Path(profile).name != profile:
                profile = str(Path(profile).expanduser().absolute())
            return f"{name.lower()}{colon if profile else ''}{profile}"
        path = Path(source).expanduser()
        if source and kind(path) == stat.S_IFDIR:
            raise FolderSourceError(source)
        if source and kind(path):
            return str(path.absolute())
    except PermissionError as error:
        raise UnreadableSourceError(source, error) from None
    except (OSError, ValueError, RuntimeError):
        pass  # nothing that could be a path
    raise UnknownSourceError(source, BROWSERS)


def spoken(source: str) -> str:
    """Return a source as people call it."""
    return "standard input" if source == STANDARD_INPUT else source


def is_browser(source: str) -> bool:
    """Tell whether a source is a browser, which can be read again later."""
    return source.partition(":")[0] in BROWSERS


def read(source: str, host: TileHost) -> Session | HeatmapCookies:
    """Return the session that a source holds, or else the heatmap cookies in it.

    Args:
        source: Any source but `password`.
        host: The tile host that heatmap cookies must be for.

    Raises:
        NotLoggedInError: It holds neither, or cannot be read.
    """
    return choose(_cookies(source), source, host)


def from_text(text: str, source: str, host: TileHost) -> Session | HeatmapCookies:
    """Return the session, or else the heatmap cookies, in what was pasted or set.

    Raises:
        NotLoggedInError: There is neither.
    """
    cookies = cookies_from_export(text.encode(errors="surrogateescape"), source)
    return choose(cookies, source, host)


def choose(cookies: Mapping[str, str], source: str, host: TileHost) -> Session | HeatmapCookies:
    """Choose from cookies by name what counts as a session, or else heatmap cookies with time left.

    Raises:
        NoSourceSessionError: There is neither.
        ExpiredTokenError: There is only a remember token, and it has expired.
    """
    reason: NotLoggedInError = NoSourceSessionError(spoken(source))
    try:
        if session := Session.from_cookies(cookies):
            return session
    except ExpiredTokenError as error:
        reason = error
    try:
        heatmap_cookies = HeatmapCookies.from_values(cookies, host.cookies)
    except StravaError:
        raise reason from None
    if not heatmap_cookies.is_fresh(timedelta(0)):
        raise reason
    return heatmap_cookies


def _cookies(source: str) -> dict[str, str]:
    """Return the cookies of Strava that a source holds, by name."""
    if is_browser(source):
        # Imported where a browser is read, since that is rare and the import is not quick.
        from stravacookies.browser import cookies_from_browser

        name, _, profile = source.partition(":")
        return cookies_from_browser(name, profile or None)
    if source == STANDARD_INPUT:
        return cookies_from_export(_standard_input(), "Standard input")
    try:
        with Path(source).open("rb") as file:
            content = file.read(LONGEST + 1)
    except OSError as error:
        raise UnreadableSourceError(source, error) from None
    return cookies_from_export(content, source)


def _standard_input() -> bytes:
    """Read what comes in, if anything can."""
    try:
        return sys.stdin.buffer.read(LONGEST + 1)
    except (OSError, AttributeError):  # it is closed, or leads nowhere
        return b""


def search(host: TileHost) -> Iterator[tuple[str, Session | HeatmapCookies | NotLoggedInError]]:
    """Look through the browsers that are installed, and yield by name what they hold, or why not.

    Args:
        host: The tile host that heatmap cookies must be for.

    Raises:
        BrowserExtraError: The extra `browser` is not installed.
    """
    for name in BROWSERS:
        try:
            yield name, read(name, host)
        except BrowserExtraError:
            raise
        except NoBrowserError:
            continue
        except NotLoggedInError as error:
            yield name, error
