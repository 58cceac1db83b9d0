"""Cookie stores as Firefox and Chromium write them; tests/real reads those of real browsers."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from stravacookies.credentials.browsers import read_browser

Row = dict[str, str | int | bytes | None]

SOON = int(time.time()) + 3600


def microseconds(unix: int) -> int:
    """Return a time as Chromium counts it, from 1601."""
    return (unix + 11_644_473_600) * 1_000_000


COOKIE: Row = {"name": "_strava4_session", "value": "real", "path": "/"}
FIREFOX = COOKIE | {"host": ".strava.com", "originAttributes": "", "expiry": SOON, "isSecure": 1}
CHROMIUM = COOKIE | {"host_key": ".strava.com", "top_frame_site_key": "", "is_secure": 1}
CHROMIUM |= {"expires_utc": microseconds(SOON), "encrypted_value": b""}


def create(profile: Path, row: Row = FIREFOX) -> "closing[sqlite3.Connection]":
    """Create a store that a running browser holds open: what is added is in its log."""
    profile.mkdir(parents=True)
    store = sqlite3.connect(profile / ("cookies.sqlite" if row is FIREFOX else "Cookies"))
    for statement in (
        "PRAGMA journal_mode = WAL",
        "PRAGMA user_version = 15",
        "CREATE TABLE meta AS SELECT 'version' AS key, '24' AS value",
        f"CREATE TABLE {_table(row)} ({', '.join(row)})",
    ):
        store.execute(statement)
    return closing(store)


def add(store: sqlite3.Connection, row: Row = FIREFOX, **columns: str | int | bytes | None) -> None:
    """Add a session of the value `real`, unless the columns say otherwise."""
    row = row | columns
    statement = f"INSERT INTO {_table(row)} VALUES (?{', ?' * (len(row) - 1)})"  # noqa: S608 - ours
    store.execute(statement, (*row.values(),))
    store.commit()


def first_login(browser: str) -> dict[str, str]:
    """Return Strava's cookies from the first profile of a browser that is logged in."""
    return next(read_browser(browser, None))


def _table(row: Row) -> str:
    return "moz_cookies" if "host" in row else "cookies"
