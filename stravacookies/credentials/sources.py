"""Where a session can be read from, as a user names it: a browser, an exported file, or `-`."""

import stat
import sys
from collections.abc import Generator, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from stravacookies import paths
from stravacookies.computer import this_computer
from stravacookies.credentials.browser_folders import BROWSERS, display_name
from stravacookies.errors import (
    LOG_IN_WITH_BROWSER,
    RUN_LOGIN,
    TRY_AGAIN,
    NotLoggedInError,
    StravaError,
    UsageError,
)
from stravacookies.files import file_type
from stravacookies.heatmap import TileHost
from stravacookies.installation import command
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.session import Session

if TYPE_CHECKING:
    from stravacookies.credentials.cookie_files import Export

PASSWORD = "password"  # noqa: S105 - the name of a source
STANDARD_INPUT = "-"
PASTED = "what you pasted"
"""The source of what a person types or pastes at the terminal."""

WINDOW = "window"
"""A browser window of ours, as `window` or `window:firefox`."""

_KINDS = (
    "Give a browser (firefox, chrome, …), a file that an add-on exported, or window, which opens a"
    " browser to log in."
)


def normalize(source: str) -> str:
    """Return the name of a source in a form that works from any folder.

    Raises:
        UsageError: There is no such source.
        NotLoggedInError: It is a file that cannot be reached.
    """
    if source in (PASSWORD, STANDARD_INPUT, WINDOW):
        return source
    name, _, profile = source.partition(":")
    if name == WINDOW:
        from stravacookies.credentials import window_browsers  # imported here: few runs need it

        if profile in window_browsers.BROWSERS:
            return source
    try:
        if is_browser(name.lower()):
            if Path(profile).name != profile:
                profile = str(Path(profile).expanduser().absolute())
            return f"{name.lower()}:{profile}" if profile else name.lower()
        path = Path(source).expanduser()
        kind = file_type(path) if source else 0
        if kind == stat.S_IFDIR:
            what = "name a file in it, or a browser's profile as firefox:FOLDER"
            raise UsageError(f"{source} is a folder: {what}.")
        if kind:
            return str(path.absolute())
    except PermissionError as error:
        raise _unreadable_file(source, error) from None
    except (OSError, ValueError, RuntimeError):
        pass  # not a path that could exist
    raise _unknown_source(name)


def _unknown_source(name: str) -> UsageError:
    """Build the error about a source without repeating it: it may be the session itself."""
    import difflib  # imported here: only errors need it

    words = (*BROWSERS, WINDOW, PASSWORD) if name.isalpha() else ()  # or else it is a file
    near = difflib.get_close_matches(name.lower(), words, 1)
    return UsageError(
        "The source of the session is neither a known browser nor an existing file. "
        + (f"Did you mean {near[0]}?" if near else _KINDS)
    )


def label(source: str) -> str:
    """Return the name of a source for messages."""
    name, _, rest = source.partition(":")
    if name == WINDOW:
        return f"a window of {display_name(rest)}"
    if is_browser(source):
        return display_name(name) + (f" ({rest})" if rest else "")
    return "standard input" if source == STANDARD_INPUT else source


def is_browser(source: str) -> bool:
    """Return whether a source is a browser, which can be read again later."""
    return source.partition(":")[0] in BROWSERS


def is_window(source: str) -> bool:
    """Return whether a source is a browser window of ours."""
    return source.partition(":")[0] == WINDOW


def needs_person(source: str) -> bool:
    """Return whether a source needs a person each time, so that it cannot be a default."""
    return source in (PASSWORD, STANDARD_INPUT) or is_window(source)


def can_renew(source: str) -> bool:
    """Return whether a source can be read again, and may then have a newer session."""
    return is_browser(source) or is_window(source)


def way_out(source: str) -> str:
    """Say what to do when the session from a source has ended."""
    if is_window(source):
        return f"To log in again, {RUN_LOGIN}."
    log_in = "Log in at https://www.strava.com in your browser, then"
    if source in (PASTED, STANDARD_INPUT):
        return f"{log_in} copy the session from there, and run '{command('login', '-')}' again."
    if Path(source).is_absolute():
        is_own = _is_store(source) or source.endswith("lz4")  # a file of the browser itself
        export = "" if is_own else " export its cookies to that file, and"
        return f"{log_in}{export} run '{command('login', source)}' again."
    return LOG_IN_WITH_BROWSER


def read(source: str, host: TileHost) -> Generator[Session | HeatmapCookies, None, None]:
    """Yield the session that a source contains, or else the heatmap cookies in it.

    A browser may contain several sessions: the one that was used last comes first.

    Raises:
        NotLoggedInError: It contains neither, or cannot be read.
    """
    if is_window(source):
        yield _renewed(source)
        return
    for export in _read_source(source):
        yield _choose(export, source, host)


def _renewed(source: str) -> Session:
    """Return the session that the profile of a window has now."""
    from stravacookies.credentials import window, window_browsers  # imported here: few need it

    browser = source.partition(":")[2]
    if program := window_browsers.find(browser, this_computer(), paths.state()):
        return window.renewed(program)
    gone = f"{display_name(browser)}, in whose window you logged in, is no longer on this computer."
    raise NotLoggedInError(gone, TRY_AGAIN)


def from_text(text: str, source: str, host: TileHost) -> Session | HeatmapCookies:
    """Return the session, or else the heatmap cookies, in a text that was pasted or set.

    Raises:
        NotLoggedInError: It contains neither.
    """
    if text.isascii() and text.isalnum():  # as Strava makes them; no form consists of that alone
        return Session(text)
    from stravacookies.credentials.cookie_files import read_export  # imported here: 6 ms

    return _choose(read_export(text.encode(errors="surrogateescape")), source, host)


def _choose(export: "Export", source: str, host: TileHost) -> Session | HeatmapCookies:
    """Choose a session from Strava's cookies by name, or else heatmap cookies with time left."""
    name = label(source)
    subject = name if Path(name).is_absolute() else name[:1].upper() + name[1:]
    failure = NotLoggedInError(f"{subject} {export.why_not}")
    try:
        if session := Session.from_cookies(export.cookies):
            return session
    except NotLoggedInError as error:
        failure = error
    with suppress(StravaError):
        heatmap_cookies = HeatmapCookies.from_values(export.cookies, host.cookies)
        if heatmap_cookies.is_fresh(timedelta(0)):
            return heatmap_cookies
    raise failure


def _read_source(source: str) -> Iterator["Export"]:
    """Yield what a source contains of Strava's cookies."""
    from stravacookies.credentials.cookie_files import LONGEST, Export, read_export

    if is_browser(source):
        from stravacookies.credentials.browsers import read_browser  # imported here: sqlite3

        name, _, profile = source.partition(":")
        yield from map(Export, read_browser(name, profile or None))
    elif source == STANDARD_INPUT:
        yield read_export(_standard_input(LONGEST + 1))
    elif _is_store(source):
        from stravacookies.credentials.browsers import read_store  # imported here: sqlite3

        yield from map(Export, read_store(Path(source)))
    else:
        try:
            with Path(source).open("rb") as file:
                content = file.read(LONGEST + 1)
        except OSError as error:
            raise _unreadable_file(source, error) from None
        yield read_export(content)


def _is_store(source: str) -> bool:
    """Return whether a file is a database, as Firefox's and Chromium's stores of cookies are.

    Source: https://www.sqlite.org/fileformat.html
    """
    with suppress(OSError):
        if Path(source).is_file():  # a pipe can be read only once
            with Path(source).open("rb") as file:
                return file.read(16) == b"SQLite format 3\0"
    return False


def _standard_input(length: int) -> bytes:
    try:
        return sys.stdin.buffer.read(length)
    except (OSError, AttributeError):  # it is closed
        return b""


def _unreadable_file(source: str, error: OSError) -> NotLoggedInError:
    return NotLoggedInError(f"{source} could not be read: {error.strerror or error}.")
