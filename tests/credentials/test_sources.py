"""Sources by the names that users give them, and what is read from each."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stravacookies.credentials import sources
from stravacookies.errors import NotLoggedInError, UsageError
from stravacookies.heatmap import CLASSIC, CURRENT, TileHost
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.session import Session
from tests.credentials.conftest import exactly
from tests.made_up import token, values

HOUR = timedelta(hours=1)
FRESH, OLD = values(datetime.now(UTC) + HOUR), values(datetime.now(UTC) - HOUR)
SESSION = {"_strava4_session": "abc123"}
EXPIRED = {"strava_remember_token": token(datetime.now(UTC) - HOUR)}


@pytest.mark.parametrize(
    ("named", "name"),
    [
        ("firefox", "firefox"),
        ("Firefox", "firefox"),
        ("CHROME:Profile 1", "chrome:Profile 1"),
        ("firefox:", "firefox"),
        ("firefox:~/profile", "firefox:{home}/profile"),
        ("firefox:a/b", "firefox:{here}/a/b"),
        ("export.json", "{here}/export.json"),
        ("~/export.json", "{home}/export.json"),
        ("-", "-"),
        ("password", "password"),
    ],
)
def test_normalize(
    named: str, name: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source has one name, under which it is found again from any folder."""
    for folder in (home, tmp_path):
        (folder / "export.json").touch()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(tmp_path)
    name = name.format(home=home, here=tmp_path)

    assert name == sources.normalize(named) == sources.normalize(name)


@pytest.mark.parametrize(
    ("named", "near"),
    [
        ("firefix:x", "firefox"),
        ("Password", "password"),
        *((each, "") for each in ("", "nothing", "firefox.db", "x" * 5000, "a\0b", "/")),
    ],
)
def test_unknown_source(named: str, near: str) -> None:
    """Anything else is refused; what could be the session itself is not repeated."""
    message = "The source of the session is neither a known browser nor an existing file. " + (
        f"Did you mean {near}?"
        if near
        else "Give a browser (firefox, chrome, …), a file that an add-on exported, or window, which"
        " opens a browser to log in."
    )
    if named == "/":
        message = "/ is a folder: name a file in it, or a browser's profile as firefox:FOLDER."
    with pytest.raises(UsageError, match=exactly(message)):
        sources.normalize(named)


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("librewolf", "LibreWolf"),
        ("firefox:my profile", "Firefox (my profile)"),
        ("window:edge", "a window of Edge"),
        ("-", "standard input"),
        ("/home/m/firefox", "/home/m/firefox"),
    ],
)
def test_label(source: str, label: str) -> None:
    """Messages name a browser as people write it."""
    assert label == sources.label(source)


@pytest.mark.parametrize("host", [CURRENT, CLASSIC], ids=lambda host: host.key)
def test_session_or_heatmap_cookies(host: TileHost, tmp_path: Path) -> None:
    """A session is preferred; otherwise the heatmap cookies that the host needs are used."""
    needed = {name: FRESH[name] for name in host.cookies}
    (tmp_path / "export.json").write_text(json.dumps(EXPIRED | needed))
    cookies = HeatmapCookies.from_values(needed, host.cookies)

    assert Session("abc123") == sources.from_text(json.dumps(needed | SESSION), "It", host)
    assert cookies == next(sources.read(str(tmp_path / "export.json"), host))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (json.dumps(OLD), "What you pasted is JSON, but it has neither _strava4_session of"),
        (json.dumps(FRESH | {"_strava_idcf": ""}), "is JSON, but its _strava_idcf is empty"),
        (json.dumps(OLD | EXPIRED), "is JSON, but its strava_remember_token expired on"),
        ("a\udcff", "is neither an export of cookies"),
    ],
    ids=["expired cookies", "an empty cookie", "an expired token", "no text"],
)
def test_neither(text: str, why: str) -> None:
    """Without both, the error says what is missing, or when the session expired."""
    with pytest.raises(NotLoggedInError, match=why):
        sources.from_text(text, sources.PASTED, CURRENT)


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    """The error names the file and the reason."""
    message = f"{tmp_path} could not be read: Is a directory."
    with pytest.raises(NotLoggedInError, match=exactly(message)):
        next(sources.read(str(tmp_path), CURRENT))
