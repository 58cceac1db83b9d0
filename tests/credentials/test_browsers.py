"""Cookies in the stores of browsers, in all the folders where these may be."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
import yt_dlp.cookies

from stravacookies import paths
from stravacookies.credentials.browser_folders import BROWSERS, folders
from stravacookies.credentials.browsers import read_browser
from stravacookies.errors import BrowserNotFoundError, NotLoggedInError
from tests.credentials.browser_stores import CHROMIUM, FIREFOX, SOON, Row, add, create, microseconds
from tests.credentials.conftest import exactly

Open = Callable[[str, Row], sqlite3.Connection]

WORK = ".mozilla/firefox/abcd.work"
DEFAULT = ".config/chromium/Default"
USER_DATA = "AppData/Local/Chromium/User Data"
REAL = {"_strava4_session": "real"}


@pytest.fixture(autouse=True)
def home(home: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty home of this user, on the system that a test names as its parameter `platform`."""
    monkeypatch.setenv("HOME", str(home))
    if "platform" in request.fixturenames:
        monkeypatch.setattr(sys, "platform", request.getfixturevalue("platform"))
    return home


@pytest.fixture
def opened(home: Path) -> Iterator[Open]:
    """Creates stores in the user's home, and holds them open as a running browser does."""
    with ExitStack() as stack:
        yield lambda folder, row: stack.enter_context(create(home / folder, row))


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("browser", [name for name in BROWSERS if name != "safari"])
def test_store_in_each_folder(browser: str, platform: str, opened: Open, home: Path) -> None:
    """A store is found in each folder; the one whose log was written to last counts."""
    row, name = (FIREFOX, "cookies.sqlite") if browser == "firefox" else (CHROMIUM, "Cookies")
    for number, folder in enumerate(folders(browser, platform, {}, home)):
        add(opened(f"{folder}/profile", row), row, value=f"value-{number}")
        os.utime(folder / "profile" / name, (0, 100 - number))
        os.utime(folder / "profile" / f"{name}-wal", (0, SOON + number))
        assert {"_strava4_session": f"value-{number}"} == read_browser(browser, None, {})


@pytest.mark.parametrize(
    "other",
    [
        {"originAttributes": "^partitionKey=%28https%2Cexample.org%29"},
        {"originAttributes": "^userContextId=2"},
        {"host": "notstrava.com"},
        {"host": ".strava.com.evil.org"},
        {"host": "strava.org"},
        {"host": None},
        {"expiry": SOON - 7200},
        {"top_frame_site_key": "https://example.org"},
        {"host_key": "notstrava.com"},
        {"host_key": None},
        {"expires_utc": microseconds(SOON - 7200)},
    ],
)
def test_other_cookies_do_not_count(other: Row, opened: Open) -> None:
    """Partitions, containers, other sites and expired cookies are not the user's login."""
    is_firefox = other.keys() < FIREFOX.keys()
    browser, row = ("firefox", FIREFOX) if is_firefox else ("chromium", CHROMIUM)
    store = opened(WORK if is_firefox else DEFAULT, row)
    add(store, row, value="other", **other)
    message = (
        f"There is no Strava session in {browser}: log in at https://www.strava.com there with"
        " 'remember me', then wait half a minute or close the browser."
    )
    with pytest.raises(NotLoggedInError, match=exactly(message)):
        read_browser(browser, None, {})
    add(store, row, **({} if is_firefox else {"expires_utc": 0}))
    assert REAL == read_browser(browser, None, {})


def test_expired_token_is_read(opened: Open) -> None:
    """A remember token that has expired is read, so that the user can be told when it did."""
    add(opened(WORK, FIREFOX), name="strava_remember_token", expiry=SOON - 7200)

    assert {"strava_remember_token": "real"} == read_browser("firefox", None, {})


def test_prepared_copy(opened: Open, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """yt-dlp gets a private copy of Strava's rows with the log merged; the store is untouched."""
    store = opened(WORK, FIREFOX)
    add(store)
    add(store, value="other", host="example.org")
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    extract = yt_dlp.cookies.extract_cookies_from_browser
    copies: list[Path] = []

    def check(browser: str, profile: str, *more: Any, **options: Any) -> CookieJar:
        (copy,) = Path(profile).iterdir()
        copies.append(copy)
        assert 0o700 == copy.parents[1].stat().st_mode & 0o777
        with closing(sqlite3.connect(copy)) as content:
            assert [("real",)] == content.execute("SELECT value FROM moz_cookies").fetchall()
        return extract(browser, profile, *more, **options)

    monkeypatch.setattr(yt_dlp.cookies, "extract_cookies_from_browser", check)
    assert REAL == read_browser("firefox", None, {})
    assert [False] == [copy.parents[1].exists() for copy in copies]
    assert before == {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_copy_of_a_killed_run(opened: Open) -> None:
    """A copy that a killed run has left is removed by the next one, if no run can need it."""
    add(opened(WORK, FIREFOX))
    folder = paths.cache() / "browsers"
    for name in ("old", "young"):
        (folder / name / "profile").mkdir(parents=True)
    os.utime(folder / "old", (0, 0))

    assert REAL == read_browser("firefox", None, {})
    assert ["young"] == [path.name for path in folder.iterdir()]


def test_store_that_changes_meanwhile(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log and a store that do not belong together are copied again."""
    store = opened(WORK, FIREFOX)
    add(store, value="old" * 50_000)
    copy, left = shutil.copyfile, [True]

    def work_meanwhile(source: str, target: str, **options: Any) -> None:
        copy(source, target, **options)
        if left and str(source).endswith("-wal"):
            left.clear()
            store.execute("DELETE FROM moz_cookies")
            add(store)
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            store.execute("VACUUM")

    monkeypatch.setattr(shutil, "copyfile", work_meanwhile)
    assert REAL == read_browser("firefox", None, {})
    assert not left


def test_profile(opened: Open, tmp_path: Path) -> None:
    """A profile has a name or a path, in which no character is special."""
    add(opened(WORK, FIREFOX))
    elsewhere = str(tmp_path / "my [old] profile*")
    add(opened(elsewhere, FIREFOX), value="elsewhere")
    nowhere = str(tmp_path / "nowhere")
    message = f"A profile '{nowhere}' of firefox was not found (looked in: {nowhere})."

    assert REAL == read_browser("firefox", "abcd.work", {})
    assert {"_strava4_session": "elsewhere"} == read_browser("firefox", elsewhere, {})
    with pytest.raises(BrowserNotFoundError, match=exactly(message)):
        read_browser("firefox", nowhere, {})


@pytest.mark.parametrize(
    ("platform", "browser", "file", "message"),
    [
        ("linux", "whale", "x", "Whale was not found (looked in: {home}/.config/naver-whale)."),
        ("linux", "safari", "x", "Safari was not found (this system does not have it)."),
        ("linux", "firefox", f"{WORK}/cookies.sqlite", "its store is locked or damaged"),
        ("darwin", "safari", "Library/Cookies/Cookies.binarycookies", "ParserError"),
    ],
)
def test_no_store(platform: str, browser: str, file: str, message: str, home: Path) -> None:
    """The error says where a store was looked for, or how to do without it if it is damaged."""
    (home / file).parent.mkdir(parents=True, exist_ok=True)
    (home / file).write_bytes(b"no database at all" * 100)
    if "found" not in message:
        message = (
            f"The cookies of {browser} cannot be read ({message}): use another browser, or export"
            " the cookies of strava.com with an add-on and name that file with --from."
        )
    with pytest.raises(NotLoggedInError, match=exactly(message.format(home=home))) as error:
        read_browser(browser, None, {})
    assert ("found" in message) is isinstance(error.value, BrowserNotFoundError)


@pytest.mark.parametrize("value", ["CAST(X'53454352455431ff' AS TEXT)", "X'5345435245'"])
def test_value_that_is_not_text(value: str, opened: Open) -> None:
    """The database's error for a strange value contains that value; we do not repeat it."""
    store = opened(WORK, FIREFOX)
    add(store)
    store.execute(f"UPDATE moz_cookies SET value = {value}")  # noqa: S608 - a test's own words
    store.commit()
    with pytest.raises(NotLoggedInError) as error:
        read_browser("firefox", None, {})
    assert "SECRE" not in str(error.value)


@pytest.mark.parametrize(
    ("platform", "folder", "version", "why"),
    [
        ("linux", DEFAULT, "v11", ""),
        ("win32", f"{USER_DATA}/Default/Network", "v10", "no encrypted key in Local State; "),
    ],
)
def test_store_without_its_key(
    platform: str, folder: str, version: str, why: str, opened: Open, home: Path
) -> None:
    """If cookies cannot be decrypted, yt-dlp's reason is given; it finds their Local State."""
    store = opened(folder, CHROMIUM)
    (home / folder).parents[1].joinpath("Local State").write_text("{}")
    add(store, CHROMIUM, value="", encrypted_value=version.encode() + bytes(32))
    message = (
        f"The cookies of chromium cannot be decrypted here ({why}cannot decrypt {version} cookies:"
        " no key found): use Firefox, or a file that an add-on exports."
    )
    with pytest.raises(NotLoggedInError, match=exactly(message)):
        read_browser("chromium", None, {})
