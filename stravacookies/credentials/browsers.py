"""Strava's cookies in the stores of the user's own browsers.

Firefox's are not encrypted. Those of Chromium and its relatives are decrypted by yt-dlp, which also
reads Safari's store.
"""

import sqlite3
import time
from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from http.cookiejar import CookieJar
from pathlib import Path

from stravacookies.credentials.browser_copies import is_firefox, reduced_copy
from stravacookies.credentials.browser_profiles import (
    Profile,
    browser_of,
    container_name,
    find_profiles,
)
from stravacookies.errors import NotLoggedInError
from stravacookies.heatmap import CLASSIC
from stravacookies.strava.session import REMEMBER_TOKEN, Session, cookies_by_name, is_strava


def read_browser(browser: str, profile: str | None, environ: Mapping[str, str]) -> dict[str, str]:
    """Return Strava's cookies by name from a browser's store, whether it runs or not.

    The profile is the name of its folder, the name that people see, or a path. By default, all
    profiles are read, the one that was used last first, until one is logged in.

    Raises:
        BrowserNotFoundError: There is no such browser, or no such profile.
        NotLoggedInError: The stores cannot be read, or contain no login.
    """
    return _first_login(browser, find_profiles(browser, profile, environ))


def read_store(store: Path) -> dict[str, str]:
    """Return Strava's cookies by name from a file in which Firefox or Chromium keeps cookies.

    Raises:
        NotLoggedInError: The store cannot be read, or contains no login.
    """
    return _first_login(str(store), [Profile(browser_of(store), store, store.name)])


def _first_login(source: str, profiles: Collection[Profile]) -> dict[str, str]:
    """Return the cookies of the first profile with a session, or else with heatmap cookies."""
    heatmap_cookies: dict[str, str] = {}
    failure: NotLoggedInError | None = None
    for profile in profiles:
        try:
            cookies = _read(source, profile)
            if Session.from_cookies(cookies):
                return cookies
        except NotLoggedInError as error:
            failure = failure or NotLoggedInError(f"{error} Looked in: {profile}.")
        else:
            if not heatmap_cookies and cookies.keys() >= {*CLASSIC.cookies}:
                heatmap_cookies = cookies
    if heatmap_cookies:
        return heatmap_cookies
    raise failure or NotLoggedInError(
        f"There is no Strava session in {source}: log in at https://www.strava.com there with"
        " 'remember me', then wait half a minute or close the browser. Looked in:"
        f" {', '.join(map(str, profiles))}."
    )


def _read(source: str, profile: Profile) -> dict[str, str]:
    """Return Strava's cookies by name from one profile."""
    try:
        if profile.browser == "safari":  # its store needs no preparation
            return _decrypt(profile.browser, profile.store)
        with reduced_copy(profile.store) as copy:
            with closing(sqlite3.connect(copy)) as connection:
                if is_firefox(connection):
                    return _choose_container(_read_firefox(connection), profile)
            return _decrypt(profile.browser, copy.parent)
    except NotLoggedInError:
        raise
    except sqlite3.Error:
        reason = "its store is locked, damaged, or not one of cookies"
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except Exception as error:  # noqa: BLE001 - a library may raise anything on a strange store
        reason = type(error).__name__  # without the library's words, which may hold a value
    raise NotLoggedInError(
        f"The cookies of {source} cannot be read ({reason}): use another browser, or export the"
        " cookies of strava.com with an add-on and name that file with --from."
    )


def _read_firefox(connection: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Return the cookies in Firefox's store by container; those outside of any are under ''."""
    connection.text_factory = lambda text: text.decode(errors="replace")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    # Milliseconds since version 16. Source:
    # https://github.com/mozilla-firefox/firefox/commit/5869af852cd20425165837f6c2d9971f3efba83d
    now = time.time() * (1000 if version >= 16 else 1)
    cookies: dict[str, dict[str, str]] = defaultdict(dict)
    for container, name, value, expiry in connection.execute(
        "SELECT originAttributes, name, value, expiry FROM moz_cookies"
        " ORDER BY host = '.strava.com'"  # so that these replace others
    ):
        if (
            value
            and isinstance(value, str)
            and (name == REMEMBER_TOKEN or not expiry or expiry > now)
        ):
            cookies[container][name] = value
    return cookies


def _choose_container(containers: dict[str, dict[str, str]], profile: Profile) -> dict[str, str]:
    """Choose the cookies outside of containers, or those of the only login inside of one."""
    outside = containers.pop("", {})
    inside = {container: _session(cookies) for container, cookies in containers.items()}
    logins = {container: session for container, session in inside.items() if session}
    if _session(outside) or not logins:
        return outside
    if len({*logins.values()}) == 1:
        return containers[next(iter(logins))]
    ids = sorted(int(container.partition("=")[2]) for container in logins)
    names = ", ".join(container_name(profile, each) for each in ids)
    raise NotLoggedInError(
        f"Several containers of {profile.browser} have a Strava login ({names}): log in outside of"
        " containers, or log out in all but one of them."
    )


def _session(cookies: Mapping[str, str]) -> Session | None:
    with suppress(NotLoggedInError):
        return Session.from_cookies(cookies)
    return None


def _decrypt(browser: str, place: Path) -> dict[str, str]:
    """Let yt-dlp read Strava's cookies, from the copy of a profile or from Safari's store."""
    try:
        # Imported here: 0.3 s, and few runs read a browser
        from yt_dlp.cookies import extract_cookies_from_browser
    except ImportError:
        raise NotLoggedInError(
            f"Reading {browser} needs an optional package: run 'make browser' in a clone,"
            " or install stravacookies with its extra 'browser', such as pipx install"
            " '.[browser]'. Firefox can be read without it."
        ) from None
    log = _Log()
    cookies = _usable_cookies(extract_cookies_from_browser(browser, str(place), log))
    # yt-dlp raises nothing when a key is wrong or missing: values are empty, or cookies left out.
    if log.warnings and not _session(cookies):
        raise NotLoggedInError(
            f"The cookies of {browser} cannot be decrypted here"
            f" ({'; '.join(dict.fromkeys(log.warnings))}): use Firefox, or a file that an add-on"
            " exports."
        )
    return cookies


def _usable_cookies(jar: CookieJar) -> dict[str, str]:
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
