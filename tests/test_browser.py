"""Stores of browsers, made up in the form that browsers give them; real ones are elsewhere."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from stravacookies.browser import cookies_from_browser
from stravacookies.errors import (
    BrowserError,
    NoBrowserError,
    NoBrowserSessionError,
    NotLoggedInError,
)

FIREFOX = """CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT, name TEXT,
    value TEXT, host TEXT, path TEXT, expiry INTEGER, isSecure INTEGER)"""
SOON = int(time.time()) + 3600


@pytest.fixture
def store(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """A store of Firefox that is open in a Firefox, so to say: changes are in its log."""
    monkeypatch.setenv("HOME", str(home))
    profile = home / ".mozilla" / "firefox" / "abcd.work"
    profile.mkdir(parents=True)
    with closing(sqlite3.connect(profile / "cookies.sqlite")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA user_version = 15")
        connection.execute(FIREFOX)
        connection.commit()
        yield connection


def add(
    store: sqlite3.Connection,
    value: str,
    host: str = ".strava.com",
    origin: str = "",
    expiry: int = SOON,
) -> None:
    """Put a session into the store."""
    store.execute(
        "INSERT INTO moz_cookies (originAttributes, name, value, host, path, expiry, isSecure)"
        " VALUES (?, '_strava4_session', ?, ?, '/', ?, 1)",
        (origin, value, host, expiry),
    )
    store.commit()


def test_cookies_in_the_log_are_read(store: sqlite3.Connection) -> None:
    """What a running Firefox has not yet moved out of its log is found."""
    add(store, "fresh")

    assert {"_strava4_session": "fresh"} == cookies_from_browser("firefox")


def test_store_that_changes_meanwhile(
    store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log and a store that do not belong together are not read: the copy would be damaged."""
    for number in range(500):
        add(store, f"old-{number}")
    copy, left = shutil.copyfile, [True]

    def work_meanwhile(source: str, target: str) -> None:
        copy(source, target)
        if left and source.endswith("-wal"):
            left.clear()
            store.execute("DELETE FROM moz_cookies")
            store.commit()
            add(store, "new")
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            store.execute("VACUUM")

    monkeypatch.setattr(shutil, "copyfile", work_meanwhile)

    assert {"_strava4_session": "new"} == cookies_from_browser("firefox")
    assert not left


@pytest.mark.parametrize("origin", ["^partitionKey=%28https%2Cexample.org%29", "^userContextId=2"])
def test_partitions_and_containers_do_not_count(store: sqlite3.Connection, origin: str) -> None:
    """Strava framed by another site, or in a container, is not the user's login."""
    add(store, "real")
    add(store, "other", origin=origin)

    assert {"_strava4_session": "real"} == cookies_from_browser("firefox")


@pytest.mark.parametrize("host", ["notstrava.com", ".strava.com.evil.org", "strava.org"])
def test_other_sites_never_leave_the_reader(store: sqlite3.Connection, host: str) -> None:
    """Only cookies of strava.com are read."""
    add(store, "other", host=host)

    with pytest.raises(NoBrowserSessionError):
        cookies_from_browser("firefox")


def test_expired_cookies_do_not_count(store: sqlite3.Connection) -> None:
    """Browsers leave expired cookies on disk."""
    add(store, "old", expiry=SOON - 7200)

    with pytest.raises(NoBrowserSessionError) as error:
        cookies_from_browser("firefox")
    assert str(error.value).startswith("There is no Strava session in firefox: log in at")


def test_store_is_not_touched(store: sqlite3.Connection, home: Path) -> None:
    """The user's own store is as it was, to the byte, and no copy is left."""
    add(store, "real")
    add(store, "other", host="example.org")
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    cookies_from_browser("firefox")

    assert before == {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_profile_can_be_named(store: sqlite3.Connection) -> None:
    """A profile is found by its name, and missed if it is not there."""
    add(store, "real")

    assert {"_strava4_session": "real"} == cookies_from_browser("firefox", "abcd.work")
    with pytest.raises(NoBrowserError) as error:
        cookies_from_browser("firefox", "play")
    assert "There is no profile 'play' of firefox." == str(error.value)


@pytest.mark.parametrize("name", ["firefox", "chromium", "vivaldi", "safari"])
def test_browser_that_is_not_there(name: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that was never started here is told to be missing."""
    monkeypatch.setenv("HOME", str(home))

    with pytest.raises(NoBrowserError) as error:
        cookies_from_browser(name)
    assert f"There is no {name} on this computer, or it was never started." == str(error.value)


def test_damaged_store(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is none is an error that names the browser and the way out."""
    monkeypatch.setenv("HOME", str(home))
    profile = home / ".mozilla" / "firefox" / "abcd.default"
    profile.mkdir(parents=True)
    (profile / "cookies.sqlite").write_bytes(b"no database at all" * 100)

    with pytest.raises(BrowserError) as error:
        cookies_from_browser("firefox")
    assert str(error.value) == (
        "The cookies of firefox cannot be read (its store is locked or damaged): use another"
        " browser, or export the cookies of strava.com with an add-on and name that file."
    )


def test_browser_in_use_is_the_one_used_last(store: sqlite3.Connection, home: Path) -> None:
    """A running Firefox writes to its log alone; its profile counts as used then."""
    add(store, "running")
    other = home / ".mozilla" / "firefox" / "efgh.other"
    other.mkdir()
    shutil.copy(home / ".mozilla/firefox/abcd.work/cookies.sqlite", other)
    os.utime(home / ".mozilla/firefox/abcd.work/cookies.sqlite", (1, 1))
    os.utime(other / "cookies.sqlite", (2, 2))

    assert {"_strava4_session": "running"} == cookies_from_browser("firefox")


@pytest.mark.parametrize("value", ["CAST(X'53454352455431ff' AS TEXT)", "X'5345435245'"])
def test_value_that_is_no_text_is_not_shown(store: sqlite3.Connection, value: str) -> None:
    """What the database says of a strange value holds that value; we do not repeat it."""
    add(store, "x")
    store.execute(f"UPDATE moz_cookies SET value = {value}")  # noqa: S608 - a test's own words
    store.commit()

    with pytest.raises(NotLoggedInError) as error:
        cookies_from_browser("firefox")
    assert "SECRE" not in str(error.value)


def test_row_without_a_host_does_no_harm(store: sqlite3.Connection) -> None:
    """One odd cookie of whatever site does not make a browser unreadable."""
    add(store, "real")
    store.execute("INSERT INTO moz_cookies (originAttributes, name) VALUES ('', 'odd')")
    store.commit()

    assert {"_strava4_session": "real"} == cookies_from_browser("firefox")


CHROMIUM = """
CREATE TABLE meta (key TEXT, value TEXT);
INSERT INTO meta VALUES ('version', '24');
CREATE TABLE cookies (host_key TEXT, name TEXT, value TEXT, encrypted_value BLOB, path TEXT,
    expires_utc INTEGER, is_secure INTEGER, top_frame_site_key TEXT);
"""


@pytest.fixture
def chromium(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """A store of Chromium with no cookies."""
    monkeypatch.setenv("HOME", str(home))
    profile = home / ".config" / "chromium" / "Default"
    profile.mkdir(parents=True)
    with closing(sqlite3.connect(profile / "Cookies")) as connection:
        connection.executescript(CHROMIUM)
        yield connection


def add_to_chromium(
    store: sqlite3.Connection, value: str, encrypted: bytes, expires: int, partition: str = ""
) -> None:
    """Put a session into a store of Chromium."""
    store.execute(
        "INSERT INTO cookies VALUES ('.strava.com', '_strava4_session', ?, ?, '/', ?, 1, ?)",
        (value, encrypted, expires, partition),
    )
    store.commit()


def microseconds(unix: int) -> int:
    """A time as Chromium writes it."""
    return (unix + 11_644_473_600) * 1_000_000


@pytest.mark.parametrize("expires", [microseconds(SOON), 0])
def test_chromium(chromium: sqlite3.Connection, expires: int) -> None:
    """Cookies that end later, or with the browser, are read; partitions are not."""
    add_to_chromium(chromium, "real", b"", expires)
    add_to_chromium(chromium, "other", b"", expires, "https://example.org")

    assert {"_strava4_session": "real"} == cookies_from_browser("chromium")


def test_chromium_expiry(chromium: sqlite3.Connection) -> None:
    """Chromium counts from 1601, and its expired cookies are expired."""
    add_to_chromium(chromium, "old", b"", microseconds(SOON - 7200))

    with pytest.raises(NoBrowserSessionError):
        cookies_from_browser("chromium")


def test_chromium_without_its_key(chromium: sqlite3.Connection) -> None:
    """A value that cannot be decrypted is no session; the library's reason is told."""
    add_to_chromium(chromium, "", b"v11" + bytes(32), microseconds(SOON))

    with pytest.raises(NoBrowserSessionError) as error:
        cookies_from_browser("chromium")
    assert str(error.value).startswith("The cookies of chromium cannot be decrypted here (")
    assert str(error.value).endswith("): use Firefox, or a file that an add-on exports.")
