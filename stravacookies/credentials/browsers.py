"""Strava's cookies in the stores of the user's own browsers, read with yt-dlp.

yt-dlp decrypts them. It is given a private copy of the store, prepared so that it

- contains what a running browser has so far only written to its write-ahead log;
- contains only the cookies of Strava: decrypting those of all sites takes seconds;
- contains no partitioned cookies (Strava framed by another site), and none of containers;
- counts Chromium's expiry from 1970: yt-dlp mistakes microseconds since 1601 for Unix seconds.
"""

import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from stravacookies import paths
from stravacookies.credentials.browser_folders import folders
from stravacookies.errors import BrowserNotFoundError, NotLoggedInError
from stravacookies.files import make_private_directory
from stravacookies.strava.session import REMEMBER_TOKEN, cookies_by_name, is_strava

if TYPE_CHECKING:
    from http.cookiejar import CookieJar

_STALE = 10 * 60
"""Seconds after which a copy belongs to no run any more."""

_STORES = {
    "firefox": ("cookies.sqlite", "*/cookies.sqlite", "Profiles/*/cookies.sqlite"),
    "safari": ("Cookies.binarycookies",),
}
_CHROMIUM_STORES = ("Cookies", "Network/Cookies", "*/Cookies", "*/Network/Cookies")
"""Where the stores are in a browser's folder, or in that of a profile."""


def require_extra() -> None:
    """Raise `NotLoggedInError` unless the extra `browser` is installed."""
    try:
        import yt_dlp.cookies  # noqa: F401 - imported here: 0.3 s, and few runs read a browser
    except ImportError:
        raise NotLoggedInError(
            "Reading a browser needs an optional package: run 'make browser' in a clone, or install"
            " stravacookies with its extra 'browser', such as pipx install '.[browser]'."
        ) from None


def read_browser(browser: str, profile: str | None, environ: Mapping[str, str]) -> dict[str, str]:
    """Return Strava's cookies by name from a browser's store, whether it runs or not.

    The profile is the name of its folder, or a path; by default, it is the one that was used last.

    Raises:
        BrowserNotFoundError: There is no such browser, or no such profile.
        NotLoggedInError: The store cannot be read, or contains no session of Strava.
    """
    require_extra()
    log = _Log()
    try:
        jar = _extract(browser, _newest_store(browser, profile, environ), log)
    except BrowserNotFoundError:
        raise
    except sqlite3.Error:
        raise _unreadable_store(browser, "its store is locked or damaged") from None
    except Exception as error:  # noqa: BLE001 - a library may raise anything on a strange store
        # Without the library's words, which may hold a value.
        raise _unreadable_store(browser, type(error).__name__) from None
    if cookies := _usable_cookies(jar):
        return cookies
    raise _nothing_found(browser, log.warnings)


def _newest_store(browser: str, profile: str | None, environ: Mapping[str, str]) -> Path:
    """Find the store that was written to last."""
    roots = folders(browser, sys.platform, environ, Path.home())
    if profile:
        roots = [root / Path(profile).expanduser() for root in roots]
    patterns = _STORES.get(browser, _CHROMIUM_STORES)
    stores = [store for root in roots for pattern in patterns for store in root.glob(pattern)]
    if not stores:
        what = f"A profile {profile!r} of {browser}" if profile else browser.capitalize()
        places = ", ".join(dict.fromkeys(map(str, roots)))
        where = f"looked in: {places}" if places else "this system does not have it"
        raise BrowserNotFoundError(f"{what} was not found ({where}).")
    return max(stores, key=lambda store: max(_last_change(store)))


def _extract(browser: str, store: Path, log: "_Log") -> "CookieJar":
    """Let yt-dlp read a prepared copy of a store."""
    from yt_dlp.cookies import extract_cookies_from_browser

    if browser == "safari":  # its store needs no preparation
        return extract_cookies_from_browser(browser, str(store), log)
    with tempfile.TemporaryDirectory(dir=_folder_for_copies()) as folder:
        profile = Path(folder) / "profile"
        profile.mkdir()
        _copy_store(store, profile / store.name)
        for above in store.parents[:3]:  # on Windows, Chromium's key is in it
            with suppress(OSError):
                shutil.copyfile(above / "Local State", profile / "Local State")
                break
        return extract_cookies_from_browser(browser, str(profile), log, container="none")


def _folder_for_copies() -> Path:
    """Return a private folder for copies, without those that killed runs have left there."""
    folder = paths.cache() / "browsers"
    make_private_directory(folder)
    for copy in folder.iterdir():
        if time.time() - copy.stat().st_mtime > _STALE:
            shutil.rmtree(copy, ignore_errors=True)
    return folder


def _last_change(store: Path) -> list[tuple[int, int]]:
    """Return time and size of a store and of its log: a running browser writes to the log only."""
    parts = [part.stat() for part in (store, Path(f"{store}-wal")) if part.exists()]
    return [(part.st_mtime_ns, part.st_size) for part in parts]


def _copy_store(store: Path, copy: Path) -> None:
    """Copy a store with its log, and prepare the copy as this module's docstring says."""
    for _ in range(3):  # a browser may write to it meanwhile
        before = _last_change(store)
        Path(f"{copy}-wal").unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{store}-wal", f"{copy}-wal")
        shutil.copyfile(store, copy)
        if _last_change(store) == before:
            break  # the two belong together
    with closing(sqlite3.connect(copy)) as connection:  # closing it merges the log
        connection.executescript(_FIREFOX_SQL if copy.name == "cookies.sqlite" else _CHROMIUM_SQL)


_FIREFOX_SQL = """
DELETE FROM moz_cookies WHERE originAttributes <> ''
    OR ('.' || host LIKE '%.strava.com') IS NOT TRUE;
"""

# 0 is a session cookie. Source of the epoch: Chromium's base/time/time.h.
_CHROMIUM_SQL = """
DELETE FROM cookies WHERE top_frame_site_key <> ''
    OR ('.' || host_key LIKE '%.strava.com') IS NOT TRUE;
UPDATE cookies SET expires_utc = expires_utc / 1000000 - 11644473600 WHERE expires_utc <> 0;
"""


def _usable_cookies(jar: "CookieJar") -> dict[str, str]:
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


def _unreadable_store(browser: str, why: str) -> NotLoggedInError:
    return NotLoggedInError(
        f"The cookies of {browser} cannot be read ({why}): use another browser, or export the"
        " cookies of strava.com with an add-on and name that file with --from."
    )


def _nothing_found(browser: str, warnings: Iterable[str]) -> NotLoggedInError:
    # yt-dlp raises nothing when a key is wrong or missing: values are empty, or cookies left out.
    if reasons := "; ".join(dict.fromkeys(warnings)):
        return NotLoggedInError(
            f"The cookies of {browser} cannot be decrypted here ({reasons}): use Firefox, or a file"
            " that an add-on exports."
        )
    return NotLoggedInError(
        f"There is no Strava session in {browser}: log in at https://www.strava.com there with"
        " 'remember me', then wait half a minute or close the browser."
    )
