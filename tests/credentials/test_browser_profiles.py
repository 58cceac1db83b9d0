"""The profiles of browsers, and the names by which people know them."""

import os
from pathlib import Path

import pytest

from stravacookies.credentials.browser_profiles import Profile, browser_of, container_name
from stravacookies.credentials.browser_profiles import find_profiles as find
from stravacookies.errors import TRY_AGAIN, BrowserNotFoundError
from tests.credentials.conftest import exactly

LOCAL_STATE = """
{"profile": {"info_cache": {"Default": {"name": "Me"}, "Profile 1": {"name": "Cycling"}}}}
"""
PROFILES_INI = """
[Install4F96D1932A9F858E]
Default=abcd.default-release
[Profile1]
Name=Cycling 100%
IsRelative=1
Path=abcd.default-release
[Profile0]
Name=Elsewhere
IsRelative=0
Path={elsewhere}
"""


@pytest.fixture(autouse=True)
def home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty home of this user."""
    monkeypatch.setenv("HOME", str(home))
    return home


def touch(path: Path, content: str = "") -> Path:
    """Create a file and its folder, and return the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path.parent


def test_names_of_profiles(home: Path, tmp_path: Path) -> None:
    """A profile is named by its folder, by the name that people see, or by a path."""
    chromium, firefox = home / ".config/chromium", home / ".mozilla/firefox"
    default = touch(chromium / "Default" / "Cookies")
    first = touch(chromium / "Profile 1" / "Network" / "Cookies").parent
    os.utime(default / "Cookies", (0, 0))
    touch(chromium / "Local State", LOCAL_STATE)
    release = touch(firefox / "abcd.default-release" / "cookies.sqlite")
    elsewhere = touch(tmp_path / "my [old] profile*" / "cookies.sqlite")
    touch(firefox / "profiles.ini", PROFILES_INI.format(elsewhere=elsewhere))
    expected = {
        ("chromium", "Profile 1"): f"{first} (Cycling)",
        ("chromium", "cycling"): f"{first} (Cycling)",
        ("chromium", str(default)): f"{default}",
        ("chromium", str(chromium)): f"{first} (Cycling), {default} (Me)",
        ("chromium", None): f"{first} (Cycling), {default} (Me)",
        ("firefox", "abcd.default-release"): f"{release} (Cycling 100%)",
        ("firefox", "Cycling 100%"): f"{release} (Cycling 100%)",
        ("firefox", "Elsewhere"): f"{elsewhere} (Elsewhere)",
        ("firefox", str(elsewhere)): f"{elsewhere}",
    }
    assert expected == {key: ", ".join(map(str, find(*key))) for key in expected}


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("x", "A profile 'x' of Chromium was not found. There are: {there} (Me)."),
        ("{home}/x", "A profile '{home}/x' of Chromium was not found (looked in: {home}/x)."),
        ("a/" + "x" * 300, "A profile {named!r} of Chromium was not found (looked in: {named})."),
        ("a/\0", "A profile {named!r} of Chromium was not found (looked in: {named})."),
    ],
)
def test_no_such_profile(named: str, message: str, home: Path) -> None:
    """The error names the profiles that exist, or the path that does not, and what to do."""
    there = touch(home / ".config/chromium/Default/Cookies")
    touch(home / ".config/chromium/Local State", LOCAL_STATE)
    named = named.format(home=home)
    message = message.format(home=home, there=there, named=named)
    with pytest.raises(BrowserNotFoundError, match=exactly(f"{message} {TRY_AGAIN}")):
        find("chromium", named)


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "{",
        "[]",
        '{"profile": {"info_cache": []}}',
        "[Profile0]\nPath",
        "Path=x",
        "\xff\0",
    ],
)
def test_damaged_names(content: str | None, home: Path) -> None:
    """Where the names of profiles or containers cannot be read, folders and numbers name them."""
    for browser, root, store in (
        ("chromium", ".config/chromium", "Cookies"),
        ("firefox", ".mozilla/firefox", "cookies.sqlite"),
    ):
        profile = touch(home / root / "profile" / store)
        for name in ("Local State", "profiles.ini", "profile/containers.json"):
            if content is None:
                os.mkfifo(home / root / name)  # reading it would never end
            else:
                (home / root / name).write_bytes(content.encode("latin-1"))
        assert [Profile(browser, profile / store)] == find(browser, "profile")
        assert "4" == container_name(Profile(browser, profile / store), 4)


def test_browser_of(home: Path) -> None:
    """A store in a browser's folder is that browser's: the key in the keyring depends on it."""
    brave = home / ".config/BraveSoftware/Brave-Browser/Default/Cookies"

    assert ("brave", "chrome") == (browser_of(brave), browser_of(home / "Cookies"))
