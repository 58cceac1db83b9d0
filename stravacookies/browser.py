"""Reads Strava's cookies out of a browser's own store, with yt-dlp, which knows where those are.

yt-dlp reads a copy of the store. Before it does, the copy is put right, since yt-dlp itself

- leaves out what a running browser has not yet moved from its write-ahead log;
- lets cookies of partitions (Strava framed by another site) and containers stand for the real ones;
- decrypts the cookies of all sites, which is slow, and none of our business;
- takes Chromium's microseconds since 1601 for Unix seconds, so that no cookie ever ends;
- says nothing when a key is wrong or missing: the values are then empty, or the cookies not there.
"""

import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from stravacookies.errors import (
    BrowserError,
    BrowserExtraError,
    NoBrowserError,
    NoBrowserSessionError,
)
from stravacookies.session import REMEMBER_TOKEN, cookies_by_name, is_strava

_ATTEMPTS = 3
"""How often a store is copied that a browser keeps writing to."""


def cookies_from_browser(name: str, profile: str | None = None) -> dict[str, str]:
    """Return the cookies of Strava that a browser, running or not, has on disk, by name.

    Args:
        name: A browser, as yt-dlp names it.
        profile: The name or path of a profile; the one that was used last if left out.

    Raises:
        BrowserExtraError: The extra `browser` is not installed.
        NoBrowserError: There is no such browser, or no such profile.
        BrowserError: Its store cannot be read.
        NoBrowserSessionError: There is nothing of Strava in it, or it cannot be decrypted.
    """
    if name == "safari" and sys.platform != "darwin":
        raise NoBrowserError(name, profile)
    try:
        import yt_dlp.cookies as library
    except ImportError:
        raise BrowserExtraError from None
    log = _Log()
    try:
        with _prepared_copies(library):
            jar = library.extract_cookies_from_browser(name, profile, log, container="none")
    except FileNotFoundError:
        raise NoBrowserError(name, profile) from None
    except sqlite3.Error:
        raise BrowserError(name, "its store is locked or damaged") from None
    except Exception as error:  # noqa: BLE001 - whatever a library raises on a strange store
        # Not in the library's words, which may hold a value.
        raise BrowserError(name, type(error).__name__) from None
    now = int(time.time())
    cookies = cookies_by_name(
        cookie
        for cookie in jar
        # Of a token that has expired, the user is told when.
        if isinstance(cookie.value, str)
        and is_strava(cookie.domain)
        and (cookie.name == REMEMBER_TOKEN or not cookie.is_expired(now))
    )
    if not cookies:
        raise NoBrowserSessionError(name, log.warnings)
    return cookies


class _Log:
    """What yt-dlp writes its log to; its warnings explain why there are no cookies."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def debug(self, *_: object, **__: object) -> None:
        """Leave out what is no warning."""

    info = debug

    def warning(self, message: str, *_: object, **__: object) -> None:
        """Keep a warning."""
        self.warnings.append(message)

    error = stdout = stderr = warning


@contextmanager
def _prepared_copies(library: Any) -> Iterator[None]:
    """Let yt-dlp read copies that we have prepared.

    The functions are private to yt-dlp, but the only place where this can be done for all browsers,
    with yt-dlp still finding their profiles; tests fail if they are gone.
    """
    ours = {"_open_database_copy": _open_prepared_copy, "_newest": _last_used}
    theirs = {name: getattr(library, name) for name in ours}
    try:
        for name, function in ours.items():
            setattr(library, name, function)
        yield
    finally:
        for name, function in theirs.items():
            setattr(library, name, function)


def _last_used(stores: Iterable[str]) -> str | None:
    """Choose the store that was written to last; a running browser writes to its log."""

    def used(store: str) -> float:
        parts = [part for part in (store, f"{store}-wal") if os.path.lexists(part)]
        return max((os.lstat(part).st_mtime for part in parts), default=0.0)

    return max(stores, key=used, default=None)


def _last_change(store: str) -> list[tuple[int, int]]:
    """Return what changes when a browser writes to a store, or to its log."""
    parts = [os.lstat(part) for part in (store, f"{store}-wal") if os.path.lexists(part)]
    return [(part.st_mtime_ns, part.st_size) for part in parts]


def _open_prepared_copy(path: str, folder: str) -> sqlite3.Cursor:
    """Copy a store of cookies into a private folder, put the copy right, and open it."""
    copy = Path(folder) / "cookies.sqlite"
    for _ in range(_ATTEMPTS):
        before = _last_change(path)
        Path(f"{copy}-wal").unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{path}-wal", f"{copy}-wal")
        shutil.copyfile(path, copy)
        if _last_change(path) == before:
            break  # else the two may not belong together
    connection = sqlite3.connect(copy)
    try:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        for statement in _FIREFOX if "moz_cookies" in tables else _CHROMIUM:
            connection.execute(statement)
        connection.commit()
    except BaseException:
        connection.close()
        raise
    return connection.cursor()


_FIREFOX = (
    """DELETE FROM moz_cookies WHERE originAttributes <> ''
    OR ('.' || host LIKE '%.strava.com') IS NOT TRUE""",
)

# Chromium counts microseconds since 1601, see base/time/time.h; 0 is a cookie of a session.
_CHROMIUM = (
    """DELETE FROM cookies WHERE top_frame_site_key <> ''
    OR ('.' || host_key LIKE '%.strava.com') IS NOT TRUE""",
    """UPDATE cookies SET expires_utc = expires_utc / 1000000 - 11644473600
    WHERE expires_utc <> 0""",
)
