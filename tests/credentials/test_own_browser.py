"""What the browsers on a profile folder of ours are told, and what is seen of them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stravacookies.credentials.own_browser import Seen, own_browser
from stravacookies.credentials.window_browsers import BROWSERS, Program
from stravacookies.strava.session import Session
from tests.credentials import browser_stores
from tests.made_up import token
from tests.sessionstore import sessionstore


def program(tmp_path: Path, browser: str) -> Program:
    """Return a browser whose profile folder exists."""
    profile = tmp_path / "profile"
    profile.mkdir(exist_ok=True)
    return Program(browser, tmp_path / browser, profile)


def test_chromium_keeps_no_passwords(tmp_path: Path) -> None:
    """Its settings say so before it starts for the first time; later, the file is its own."""
    browser = own_browser(program(tmp_path, "chrome"))
    browser.prepare()
    path = tmp_path / "profile" / "Default" / "Preferences"
    preferences = json.loads(path.read_text())
    path.write_text("its own")
    (tmp_path / "profile" / "DevToolsActivePort").write_text("1\n/devtools/browser/old")
    browser.prepare()

    assert preferences["credentials_enable_service"] is False
    assert "its own" == path.read_text()
    assert not browser.has_started()


def test_firefox_keeps_no_passwords(tmp_path: Path) -> None:
    """Its settings are written before each start, and it restores none of the last windows."""
    browser = own_browser(program(tmp_path, "firefox"))
    backups = tmp_path / "profile" / "sessionstore-backups"
    backups.mkdir()
    (backups / "recovery.baklz4").write_bytes(sessionstore({"_strava4_session": "old"}))
    browser.prepare()
    lines = (tmp_path / "profile" / "user.js").read_text().splitlines()

    assert 'user_pref("signon.rememberSignons", false);' in lines
    assert 'user_pref("browser.sessionstore.interval.idle", 50);' in lines
    assert 'user_pref("browser.startup.homepage_override.mstone", "ignore");' in lines
    assert [] == list(backups.iterdir())
    assert not browser.has_started()


@pytest.mark.parametrize("browser", [each for each in BROWSERS if each != "firefox"])
def test_hidden_browser_opens_no_page(tmp_path: Path, browser: str) -> None:
    """Hidden, it restores its session, whose pages it does not open because it is given another."""
    arguments = own_browser(program(tmp_path, browser)).arguments(None)

    assert ["--headless", "--restore-last-session", "about:blank"] == arguments[-3:]
    assert "--headless" not in own_browser(program(tmp_path, browser)).arguments("https://x")


def test_firefox_has_both_kinds_of_cookies(tmp_path: Path) -> None:
    """Session cookies are in one file and others in another; the session needs both."""
    browser = own_browser(program(tmp_path, "firefox"))
    remember = token(datetime.now(UTC) + timedelta(days=30))
    (tmp_path / "profile").rmdir()
    with browser_stores.create(tmp_path / "profile") as store:
        for name, value in (("strava_remember_id", "4242"), ("strava_remember_token", remember)):
            browser_stores.add(store, name=name, value=value)
        browser_stores.add(store, value="older")
        (tmp_path / "profile" / "sessionstore.jsonlz4").write_bytes(
            sessionstore({"_strava4_session": "newer"}, ["https://www.strava.com/dashboard"])
        )
        seen = browser.look()

    assert (["https://www.strava.com/dashboard"], Session("newer", "4242", remember)) == seen


@pytest.mark.parametrize("browser", ["chrome", "firefox"])
def test_browser_that_was_not_started(tmp_path: Path, browser: str) -> None:
    """Only Firefox's files can be looked at without the browser."""
    seen = own_browser(program(tmp_path, browser)).look()

    assert (Seen([], None) if browser == "firefox" else None) == seen
