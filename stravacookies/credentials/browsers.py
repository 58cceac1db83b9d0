"""Strava's cookies in the stores of the user's own browsers.

Firefox's are not encrypted. Those of Chromium and its relatives are decrypted by yt-dlp, which also
reads Safari's store.
"""

import sqlite3
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path

from stravacookies.credentials import firefox_windows
from stravacookies.credentials.browser_copies import is_firefox, reduced_copy
from stravacookies.credentials.browser_folders import display_name
from stravacookies.credentials.browser_profiles import (
    Profile,
    browser_of,
    container_name,
    find_profiles,
    last_change,
)
from stravacookies.errors import NotLoggedInError
from stravacookies.heatmap import CLASSIC
from stravacookies.installation import THIS, command
from stravacookies.strava.session import (
    REMEMBER_TOKEN,
    SESSION,
    Session,
    cookies_by_name,
    is_strava,
    usable_session,
)

Values = dict[str, str]
"""The values of Strava's cookies, by name."""


def read_browser(browser: str, profile: str | None) -> Iterator[Values]:
    """Yield Strava's cookies from each profile of a browser that has a session of Strava.

    The browser may be running. The profile that was used last comes first. If none has a session,
    heatmap cookies are enough.

    Args:
        browser: One of `BROWSERS`.
        profile: The only profile to read: the name of its folder, the one that people see, or a
            path.

    Raises:
        BrowserNotFoundError: There is no such browser, or no such profile.
        NotLoggedInError: The stores cannot be read, or contain no login.
    """
    return _logins(display_name(browser), find_profiles(browser, profile))


def read_store(store: Path) -> Iterator[Values]:
    """Yield Strava's cookies from a file in which Firefox or Chromium keeps cookies.

    Raises:
        NotLoggedInError: The store cannot be read, or contains no login.
    """
    return _logins(str(store), [Profile(browser_of(store), store, store.name)])


def _logins(source: str, profiles: Collection[Profile]) -> Iterator[Values]:
    """Yield the cookies of each profile with a session, or else some with heatmap cookies."""
    heatmap_cookies: Values = {}
    failure: NotLoggedInError | None = None
    found = False
    for profile in profiles:
        try:
            for cookies in _read(source, profile):
                if Session.from_cookies(cookies):
                    found = True
                    yield cookies
                elif cookies.keys() >= {*CLASSIC.cookies}:
                    heatmap_cookies = heatmap_cookies or cookies
        except NotLoggedInError as error:
            finding = f"{error.finding} Looked in: {profile}."
            failure = failure or NotLoggedInError(finding, error.advice)
    if found:
        return
    if heatmap_cookies:
        yield heatmap_cookies
        return
    raise failure or NotLoggedInError(
        f"There is no Strava session in {source}. Looked in: {', '.join(map(str, profiles))}.",
        "Log in at https://www.strava.com there with 'remember me', then wait half a minute or"
        " close the browser.",
    )


def _read(source: str, profile: Profile) -> list[Values]:
    """Return Strava's cookies from one profile; there may be two sessions in it."""
    try:
        if profile.browser == "safari":  # its store needs no preparation
            return [_decrypt(profile.browser, profile.store)]
        with reduced_copy(profile.store) as copy:
            with closing(sqlite3.connect(copy)) as connection:
                containers = _read_firefox(connection) if is_firefox(connection) else None
            if containers is None:
                return [_decrypt(profile.browser, copy.parent)]
        outside = _with_windows(containers.pop("", {}), profile)
        try:
            return [*outside, *_in_container(containers, profile)]
        except NotLoggedInError:
            if any(map(usable_session, outside)):
                return outside
            raise
    except NotLoggedInError:
        raise
    except sqlite3.Error:
        reason = "its cookie store is locked or damaged, or is something else"
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except Exception as error:  # noqa: BLE001 - a library may raise anything on a strange store
        reason = type(error).__name__  # without the library's words, which may hold a value
    raise NotLoggedInError(
        f"The cookies of {source} cannot be read ({reason}).",
        "Use another browser, or export the cookies of strava.com with an add-on, and run"
        f" '{command('login', 'FILE')}'.",
    )


def _read_firefox(connection: sqlite3.Connection) -> dict[str, Values]:
    """Return the cookies in Firefox's store by container; those outside of any are under ''."""
    connection.text_factory = lambda text: text.decode(errors="replace")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    # Milliseconds since version 16. Source:
    # https://github.com/mozilla-firefox/firefox/commit/5869af852cd20425165837f6c2d9971f3efba83d
    now = time.time() * (1000 if version >= 16 else 1)
    cookies: dict[str, Values] = defaultdict(dict)
    for container, name, value, expiry in connection.execute(
        "SELECT originAttributes, name, value, expiry FROM moz_cookies"
        # So that later ones replace others, which a browser may not send to www.strava.com.
        " ORDER BY host = '.strava.com', host = 'www.strava.com'"
    ):
        if (
            value
            and isinstance(value, str)
            and (name == REMEMBER_TOKEN or not expiry or expiry > now)
        ):
            cookies[container][name] = value
    return cookies


def _with_windows(stored: Values, profile: Profile) -> list[Values]:
    """Add the session cookies of Firefox's windows; the newer of two sessions is first."""
    try:
        windows = cookies_by_name(firefox_windows.read(profile.folder).cookies)
    except NotLoggedInError:
        if usable_session(stored):
            return [stored]
        raise
    if not windows:
        return [stored]
    file = firefox_windows.files(profile.folder)[0]
    newer, older = stored | windows, windows | stored
    if last_change(profile.store)[0][0] > file.stat().st_mtime_ns:
        newer, older = older, newer
    return [newer] if newer.get(SESSION) == older.get(SESSION) else [newer, older]


def _in_container(containers: Mapping[str, Values], profile: Profile) -> list[Values]:
    """Return the cookies of the only login inside of a container, if there is one."""
    inside = {container: usable_session(cookies) for container, cookies in containers.items()}
    logins = {container: session for container, session in inside.items() if session}
    if len({*logins.values()}) > 1:
        ids = sorted(int(container.partition("=")[2]) for container in logins)
        names = ", ".join(container_name(profile, each) for each in ids)
        raise NotLoggedInError(
            f"Several containers of {display_name(profile.browser)} have a Strava login ({names}).",
            "Log in outside containers, or log out in all but one of them.",
        )
    return [containers[each] for each in list(logins)[:1]]


def _decrypt(browser: str, place: Path) -> Values:
    """Let yt-dlp read Strava's cookies, from the copy of a profile or from Safari's store."""
    try:
        # Imported here: 0.3 s, and few runs read a browser
        from yt_dlp.cookies import extract_cookies_from_browser
    except ImportError:
        how = THIS.how_to_add("browser")
        raise NotLoggedInError(
            f"Reading {display_name(browser)} needs an optional package: run '{how}'."
        ) from None
    log = _Log()
    cookies = _usable_cookies(extract_cookies_from_browser(browser, str(place), log))
    # yt-dlp raises nothing when a key is wrong or missing: values are empty, or cookies left out.
    if log.warnings and not usable_session(cookies):
        raise NotLoggedInError(
            f"The cookies of {display_name(browser)} cannot be decrypted here"
            f" ({'; '.join(dict.fromkeys(log.warnings))}).",
            f"Run '{command('login', 'window')}', and use its window to log in.",
        )
    return cookies


def _usable_cookies(jar: CookieJar) -> Values:
    return cookies_by_name(
        cookie
        for cookie in jar
        # An expired remember token stays, so that the user can be told when it expired.
        if isinstance(cookie.value, str)
        and is_strava(cookie.domain)
        and (cookie.name == REMEMBER_TOKEN or not cookie.is_expired())
    )


class _Log:
    """Collects yt-dlp's warnings, which say why there are no cookies."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def debug(self, *_: object, **__: object) -> None:
        """Ignore what is not a warning."""

    info = debug

    def warning(self, message: str, *_: object, **__: object) -> None:
        """Collect a warning."""
        self.warnings.append(message)

    error = stdout = stderr = warning
