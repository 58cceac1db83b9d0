"""Cookies in the stores of browsers, in all the folders where these may be."""

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stravacookies.computer import Computer
from stravacookies.credentials.browser_folders import BROWSERS, FIREFOX_FAMILY, folders
from stravacookies.credentials.browsers import read_browser, read_store
from stravacookies.errors import TRY_AGAIN, BrowserNotFoundError, NotLoggedInError
from tests.credentials.browser_stores import (
    CHROMIUM,
    FIREFOX,
    SOON,
    Row,
    add,
    create,
    first_login,
    microseconds,
)
from tests.credentials.conftest import exactly
from tests.made_up import token, values
from tests.sessionstore import sessionstore
from tests.windows import pretend

Open = Callable[[str, Row], sqlite3.Connection]

WORK = ".mozilla/firefox/abcd.work"
DEFAULT = ".config/chromium/Default"
USER_DATA = "AppData/Local/Chromium/User Data"
REAL = {"_strava4_session": "real"}
LOG_IN = (
    "Log in at https://www.strava.com there with 'remember me', then wait half a minute or close"
    " the browser."
)
EXPORT = (
    "Use another browser, or export the cookies of strava.com with an add-on, and run"
    " 'stravacookies login FILE'."
)
DAMAGED = "its cookie store is locked or damaged, or is something else"


@pytest.fixture(autouse=True)
def home(home: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty home of this user, on the system that a test names as its parameter `platform`."""
    monkeypatch.setenv("HOME", str(home))
    if "platform" in request.fixturenames:
        platform = request.getfixturevalue("platform")
        monkeypatch.setattr(sys, "platform", platform)
        if platform == "win32":
            pretend(home, monkeypatch)
    return home


@pytest.fixture
def opened(home: Path) -> Iterator[Open]:
    """Creates stores in the user's home, and holds them open as a running browser does."""
    with ExitStack() as stack:
        yield lambda folder, row: stack.enter_context(create(home / folder, row))


def use(store: Path, when: int) -> None:
    """Let a store be what a browser has last written to, at a Unix time."""
    os.utime(store, (0, 0))
    os.utime(f"{store}-wal", (0, when))


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("browser", [name for name in BROWSERS if name != "safari"])
def test_store_in_each_folder(browser: str, platform: str, opened: Open, home: Path) -> None:
    """A store is found in each folder; the one whose log was written to last counts."""
    is_firefox = browser in FIREFOX_FAMILY
    row, name = (FIREFOX, "cookies.sqlite") if is_firefox else (CHROMIUM, "Network/Cookies")
    for number, folder in enumerate(folders(browser, Computer(platform, {}, home))):
        profile = f"{folder}/{'Profiles/' if platform != 'linux' and is_firefox else ''}profile"
        store = Path(profile, name)
        add(opened(str(store.parent), row), row, value=f"value-{number}")
        use(store, SOON + number)
        assert {"_strava4_session": f"value-{number}"} == first_login(browser)


@pytest.mark.parametrize(
    "other",
    [
        {"originAttributes": "^partitionKey=%28https%2Cexample.org%29"},
        {"originAttributes": "^userContextId=2&partitionKey=%28https%2Cexample.org%29"},
        {"originAttributes": "^privateBrowsingId=1"},
        {"originAttributes": "^privateBrowsingId=1&userContextId=2"},
        {"host": "notstrava.com"},
        {"host": ".strava.com.evil.org"},
        {"host": "strava.org"},
        {"host": None},
        {"expiry": SOON - 7200},
        {"value": ""},
        {"name": "sp"},
        {"top_frame_site_key": "https://example.org"},
        {"host_key": "notstrava.com"},
        {"host_key": None},
        {"expires_utc": microseconds(SOON - 7200)},
    ],
)
def test_other_cookies_do_not_count(other: Row, opened: Open, home: Path) -> None:
    """Partitions, private windows, other sites and expired cookies are not the user's login."""
    is_chromium = other.keys() < CHROMIUM.keys() and not other.keys() < FIREFOX.keys()
    browser, row = ("chromium", CHROMIUM) if is_chromium else ("firefox", FIREFOX)
    folder = DEFAULT if is_chromium else WORK
    store = opened(folder, row)
    add(store, row, **({"value": "other"} | other))
    where = f"{browser.capitalize()}. Looked in: {home / folder}."
    message = f"There is no Strava session in {where} {LOG_IN}"
    with pytest.raises(NotLoggedInError, match=exactly(message)):
        first_login(browser)
    add(store, row, **({"expires_utc": 0} if is_chromium else {}))
    assert REAL.items() <= first_login(browser).items()


def test_cookie_of_the_domain_comes_first(opened: Open) -> None:
    """A cookie of the whole domain is preferred to that of a host, unless it has expired.

    Firefox counts in milliseconds today.
    """
    store = opened(WORK, FIREFOX)
    add(store)
    add(store, value="host", host="www.strava.com")
    add(store, value="expired", expiry=SOON - 7200)
    store.execute("PRAGMA user_version = 16")
    store.execute("UPDATE moz_cookies SET expiry = expiry * 1000")
    store.commit()

    assert REAL == first_login("firefox")


def test_cookie_that_is_sent_comes_first(opened: Open) -> None:
    """A cookie of `www.strava.com` is preferred to that of another host."""
    store = opened(WORK, FIREFOX)
    add(store, host="www.strava.com")
    add(store, value="other", host="b.strava.com")

    assert REAL == first_login("firefox")


def test_expired_token(opened: Open, home: Path) -> None:
    """A remember token that has expired is read, so that the user is told when it did."""
    old = token(datetime(2025, 1, 2, 12, tzinfo=UTC))
    add(opened(WORK, FIREFOX), name="strava_remember_token", value=old, expiry=SOON - 7200)
    message = rf"expired on 02 January 2025, .* Looked in: {home / WORK}\. Log in"

    with pytest.raises(NotLoggedInError, match=message):
        first_login("firefox")


def test_profiles(opened: Open, home: Path) -> None:
    """All profiles are read, the last used one first, until one has a session."""
    used = []
    for number, folder in enumerate(["Default", "Profile 1", "Profile 2", "Profile 3"]):
        used.append(home / ".config/chromium" / folder)
        store = opened(str(used[-1]), CHROMIUM)
        add(store, CHROMIUM, value=f"{number}", name=("_strava4_session", "sp")[number % 2])
        use(used[-1] / "Cookies", SOON - number)
    assert {"_strava4_session": "0"} == first_login("chromium")
    use(used[3] / "Cookies", SOON + 9)
    use(used[2] / "Cookies", SOON + 8)
    assert {"_strava4_session": "2"} == first_login("chromium")
    for profile in (used[0], used[2]):
        (profile / "Cookies").unlink()
    message = f"There is no Strava session in Chromium. Looked in: {used[3]}, {used[1]}. {LOG_IN}"
    with pytest.raises(NotLoggedInError, match=exactly(message)):
        first_login("chromium")


def test_damaged_profile(opened: Open, home: Path) -> None:
    """A profile that cannot be read does not hide a login in another one."""
    damaged = home / ".mozilla/firefox/damaged/cookies.sqlite"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"no database at all" * 100)
    os.utime(damaged, (0, SOON))
    store = opened(WORK, FIREFOX)
    message = (
        f"The cookies of Firefox cannot be read ({DAMAGED}). Looked in: {damaged.parent}. {EXPORT}"
    )
    with pytest.raises(NotLoggedInError, match=exactly(message)):
        first_login("firefox")
    add(store)
    assert REAL == first_login("firefox")


def test_heatmap_cookies_alone(opened: Open) -> None:
    """Without a session, heatmap cookies count; a session in any profile comes first."""
    fresh = values(datetime.now(UTC) + timedelta(hours=1))
    visited = opened(WORK, FIREFOX)
    for name, value in fresh.items():
        add(visited, name=name, value=value)
    use(Path(os.environ["HOME"], WORK, "cookies.sqlite"), SOON)
    other = opened(".mozilla/firefox/other", FIREFOX)

    assert fresh == first_login("firefox")
    add(other)
    assert REAL == first_login("firefox")


def test_session_of_a_visitor_outside_of_a_container(opened: Open) -> None:
    """A visitor has a session, too, so the only login inside a container is tried after it."""
    store = opened(WORK, FIREFOX)
    add(store, value="anonymous")
    add(store, value="real", originAttributes="^userContextId=2")
    found = [each["_strava4_session"] for each in read_browser("firefox", None)]

    assert ["anonymous", "real"] == found


CONTAINERS = {
    "identities": [
        {"userContextId": 2, "l10nID": "userContextWork.label"},
        {"userContextId": 3, "l10nId": "user-context-banking"},
        {"userContextId": 7, "name": "Cycling"},
    ]
}


@pytest.mark.parametrize(
    ("logins", "expected"),
    [
        ({"": "real", "^userContextId=2": "other", "^userContextId=3": "third"}, "real"),
        ({"^userContextId=2": "real"}, "real"),
        ({"^userContextId=2": "real", "^userContextId=7": "real"}, "real"),
        ({"^userContextId=10": "b", "^userContextId=7": "a"}, "Cycling, 10"),
        ({"^userContextId=3": "b", "^userContextId=2": "a"}, "Work, Banking"),
    ],
)
def test_containers(logins: dict[str, str], expected: str, opened: Open, home: Path) -> None:
    """A login in a container counts if it is the only one; otherwise the containers are named."""
    store = opened(WORK, FIREFOX)
    (home / WORK / "containers.json").write_text(json.dumps(CONTAINERS))
    add(store, name="sp")  # of a visitor, outside of containers
    for container, value in logins.items():
        add(store, value=value, originAttributes=container)
    if expected == "real":
        assert "real" == first_login("firefox")["_strava4_session"]
        return
    message = (
        f"Several containers of Firefox have a Strava login ({expected}). Looked in:"
        f" {home / WORK}. Log in outside containers, or log out in all but one of them."
    )
    with pytest.raises(NotLoggedInError, match=exactly(message)):
        first_login("firefox")


@pytest.mark.parametrize("newer", ["window", "stored"])
def test_session_cookies_of_firefox(newer: str, opened: Open, home: Path) -> None:
    """Session cookies are in a list of windows; of two sessions, the newer is first."""
    store, windows = opened(WORK, FIREFOX), home / WORK / "sessionstore.jsonlz4"
    windows.write_bytes(sessionstore({"_strava4_session": "window"}, []))
    add(store, name="strava_remember_id", value="7")
    found = read_browser("firefox", None)
    assert [{"_strava4_session": "window", "strava_remember_id": "7"}] == list(found)
    add(store, value="stored")
    time = 4e9 if newer == "window" else 0
    os.utime(windows, (time, time))

    sessions = [each["_strava4_session"] for each in read_browser("firefox", None)]
    assert sorted(["window", "stored"], key=lambda each: each != newer) == sessions
    windows.write_bytes(b"damaged")
    assert ["stored"] == [each["_strava4_session"] for each in read_browser("firefox", None)]


def test_damaged_list_of_windows(opened: Open, home: Path) -> None:
    """If the session could be in a list of windows that cannot be read, the error says that."""
    add(opened(WORK, FIREFOX), name="sp")
    (home / WORK / "sessionstore.jsonlz4").write_bytes(b"damaged")
    with pytest.raises(NotLoggedInError, match="list of its windows cannot be read"):
        first_login("firefox")


@pytest.mark.parametrize("row", [FIREFOX, CHROMIUM], ids=["firefox", "chromium"])
def test_store_named_as_a_file(row: Row, home: Path) -> None:
    """The store in a file is read, whatever its name is; the error names that file."""
    path = home / "copy of a store"

    def save(value: str) -> None:
        with create(home / "profile", row) as store:
            add(store, row, value=value)
        next((home / "profile").iterdir()).rename(path)
        (home / "profile").rmdir()

    save("real")
    assert REAL == next(read_store(path))
    save("a b")
    with pytest.raises(NotLoggedInError, match=r"is not that of a Strava session"):
        next(read_store(path))
    path.write_bytes(b"SQLite format 3\0 and no more")
    where = f"Looked in: {home} ({path.name})."
    message = f"The cookies of {path} cannot be read ({DAMAGED}). {where} {EXPORT}"
    with pytest.raises(NotLoggedInError, match=exactly(message)):
        next(read_store(path))
    save("")
    message = f"There is no Strava session in {path}. {where} {LOG_IN}"
    with pytest.raises(NotLoggedInError, match=exactly(message)):
        next(read_store(path))


@pytest.mark.parametrize(
    ("platform", "browser", "file", "message"),
    [
        ("linux", "whale", "x", "Whale was not found (looked in: {home}/.config/naver-whale)."),
        ("linux", "safari", "x", "Safari was not found (this system has none)."),
        ("darwin", "safari", "Library/Cookies/Cookies.binarycookies", "ParserError"),
    ],
)
def test_no_store(platform: str, browser: str, file: str, message: str, home: Path) -> None:
    """The error says where a store was looked for, or how to do without it if it is damaged."""
    (home / file).parent.mkdir(parents=True, exist_ok=True)
    (home / file).write_bytes(b"no database at all" * 100)
    if "found" in message:
        message += f" {TRY_AGAIN}"
    else:
        where = f"Looked in: {(home / file).parent}."
        message = (
            f"The cookies of {browser.capitalize()} cannot be read ({message}). {where} {EXPORT}"
        )
    with pytest.raises(NotLoggedInError, match=exactly(message.format(home=home))) as error:
        first_login(browser)
    assert ("was not found" in message) is isinstance(error.value, BrowserNotFoundError)


@pytest.mark.parametrize("value", ["CAST(X'53454352455431ff' AS TEXT)", "X'5345435245'"])
def test_value_that_is_not_text(value: str, opened: Open) -> None:
    """A strange value is not repeated, and does not hide the login beside it."""
    store = opened(WORK, FIREFOX)
    add(store, host="www.strava.com")
    store.execute(f"UPDATE moz_cookies SET value = {value}")  # noqa: S608 - a test's own words
    store.commit()
    with pytest.raises(NotLoggedInError) as error:
        first_login("firefox")
    assert "SECRE" not in str(error.value)
    add(store)
    assert REAL == first_login("firefox")


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
        f"The cookies of Chromium cannot be decrypted here ({why}cannot decrypt {version} cookies:"
        f" no key found). Looked in: {home / folder.removesuffix('/Network')}. Run"
        " 'stravacookies login window', and use its window to log in."
    )
    with pytest.raises(NotLoggedInError, match=exactly(message)):
        first_login("chromium")
