"""The places of browsers on every system, as data."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from stravacookies.computer import Computer
from stravacookies.credentials.window_browsers import BROWSERS, Program, find, places, profiles

HOME, STATE = Path("/home/eva"), Path("/state")
WINDOWS = {
    "PROGRAMFILES": "/C/Program Files",
    "PROGRAMFILES(X86)": "/C/Program Files (x86)",
    "LOCALAPPDATA": "/C/Local",
}
OWN = "/state/window-"


@pytest.mark.parametrize(
    ("platform", "browser", "path", "profile"),
    [
        ("linux", "chrome", "/usr/bin/google-chrome", OWN + "chrome"),
        ("linux", "edge", "/usr/bin/microsoft-edge-stable", OWN + "edge"),
        ("linux", "chromium", "/opt/bin/chromium-browser", OWN + "chromium"),
        ("linux", "firefox", "/usr/bin/firefox-esr", OWN + "firefox"),
        (
            "linux",
            "chromium",
            "/snap/bin/chromium",
            "/home/eva/snap/chromium/common/stravacookies-window",
        ),
        (
            "linux",
            "vivaldi",
            "/var/lib/snapd/snap/bin/vivaldi.vivaldi-stable",
            "/home/eva/snap/vivaldi/common/stravacookies-window",
        ),
        (
            "linux",
            "brave",
            "/var/lib/flatpak/exports/bin/com.brave.Browser",
            "/home/eva/.var/app/com.brave.Browser/data/stravacookies-window",
        ),
        (
            "linux",
            "opera",
            "/data/flatpak/exports/bin/com.opera.Opera",
            "/home/eva/.var/app/com.opera.Opera/data/stravacookies-window",
        ),
        (
            "darwin",
            "edge",
            "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
            OWN + "edge",
        ),
        (
            "darwin",
            "firefox",
            "/home/eva/Applications/Firefox.app/Contents/MacOS/firefox",
            OWN + "firefox",
        ),
        ("win32", "chrome", "/C/Local/Google/Chrome/Application/chrome.exe", OWN + "chrome"),
        (
            "win32",
            "edge",
            "/C/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
            OWN + "edge",
        ),
        ("win32", "vivaldi", "/C/Local/Vivaldi/Application/vivaldi.exe", OWN + "vivaldi"),
        ("win32", "opera", "/C/Local/Programs/Opera/opera.exe", OWN + "opera"),
        ("win32", "firefox", "/C/Program Files/Mozilla Firefox/firefox.exe", OWN + "firefox"),
    ],
)
def test_places(platform: str, browser: str, path: str, profile: str) -> None:
    """A browser is looked for where it is installed, and gets a profile that it can write to."""
    linux = {"PATH": "/opt/bin:bin::/usr/bin", "XDG_DATA_HOME": "/data"}
    environ = WINDOWS if platform == "win32" else linux
    found = list(places(browser, Computer(platform, environ, HOME), STATE))

    assert Program(browser, Path(path), Path(profile)) in found


@pytest.mark.parametrize(
    ("platform", "environ"), [("linux", {"PATH": "bin:"}), ("darwin", {}), ("win32", {})]
)
@pytest.mark.parametrize("browser", BROWSERS)
def test_places_are_absolute(browser: str, platform: str, environ: Mapping[str, str]) -> None:
    """No program is taken from the working directory."""
    found = places(browser, Computer(platform, environ, HOME), STATE)

    assert [] == [program for program in found if not program.path.is_absolute()]


def test_snap_comes_first() -> None:
    """On Ubuntu, /usr/bin/firefox only starts the Snap, which cannot write to our own directory."""
    computer = Computer("linux", {"PATH": "/usr/bin"}, HOME)
    found = [each.path for each in places("firefox", computer, STATE)]

    assert found.index(Path("/snap/bin/firefox")) < found.index(Path("/usr/bin/firefox"))


def test_first_that_is_installed(tmp_path: Path) -> None:
    """The first browser that can be started is taken, or the one that is wanted."""
    for name in ("firefox", "opera", "chromium", "chromium-browser", "google-chrome"):
        (tmp_path / name).touch(mode=0o700)
    (tmp_path / "google-chrome").chmod(0o600)
    (tmp_path / "microsoft-edge").mkdir()
    computer = Computer("linux", {"PATH": str(tmp_path)}, tmp_path, root=tmp_path)
    wanted = ("", "firefox", "chrome", "edge", "no browser")
    found = [find(each, computer, STATE) for each in wanted]

    assert ["chromium", "firefox", None, None, None] == [each and each.path.name for each in found]


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("browser", BROWSERS)
def test_logout_knows_every_profile(browser: str, platform: str) -> None:
    """All folders in which a window may leave a login are listed."""
    computer = Computer(platform, WINDOWS, HOME)
    used = {each.profile for each in places(browser, computer, STATE)}
    known = profiles(computer, STATE)

    assert used
    assert set() == used - set(known)
    assert len(set(known)) == len(known)
