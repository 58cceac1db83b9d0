"""The browsers that can open a window of ours, and where they are, as data."""

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple


class Program(NamedTuple):
    """A browser that is installed.

    Attributes:
        browser: Its name: `chromium`.
        path: The program.
        profile: The folder for a profile of ours. A sandbox allows a browser only some folders.
    """

    browser: str
    path: Path
    profile: Path


class _Linux(NamedTuple):
    """The names of a browser's programs, of its Snap and of its Flatpak."""

    programs: tuple[str, ...]
    snap: str | None
    flatpak: str | None


# In the order in which they are tried: most people have a Chromium of some kind.
_LINUX = {
    "chrome": _Linux(("google-chrome", "google-chrome-stable"), None, "com.google.Chrome"),
    "edge": _Linux(("microsoft-edge", "microsoft-edge-stable"), None, "com.microsoft.Edge"),
    "chromium": _Linux(("chromium", "chromium-browser"), "chromium", "org.chromium.Chromium"),
    "brave": _Linux(("brave-browser", "brave"), "brave", "com.brave.Browser"),
    "vivaldi": _Linux(("vivaldi", "vivaldi-stable"), "vivaldi", "com.vivaldi.Vivaldi"),
    "opera": _Linux(("opera",), "opera", "com.opera.Opera"),
    "firefox": _Linux(("firefox", "firefox-esr"), "firefox", "org.mozilla.firefox"),
}
_MAC = {
    "chrome": "Google Chrome",
    "edge": "Microsoft Edge",
    "chromium": "Chromium",
    "brave": "Brave Browser",
    "vivaldi": "Vivaldi",
    "opera": "Opera",
    "firefox": "Firefox",
}
_WINDOWS = {
    "chrome": "Google/Chrome/Application/chrome.exe",
    "edge": "Microsoft/Edge/Application/msedge.exe",
    "chromium": "Chromium/Application/chrome.exe",
    "brave": "BraveSoftware/Brave-Browser/Application/brave.exe",
    "vivaldi": "Vivaldi/Application/vivaldi.exe",
    "opera": "Programs/Opera/opera.exe",
    "firefox": "Mozilla Firefox/firefox.exe",
}

BROWSERS = tuple(_LINUX)
"""The browsers that can open a window, in the order in which they are tried."""


def installed(
    platform: str, environ: Mapping[str, str], home: Path, state: Path
) -> Iterator[Program]:
    """Yield the browsers that are installed, in the order in which they are tried.

    Args:
        platform: The system, as `sys.platform` names it.
        environ: The environment variables.
        home: The user's home directory.
        state: Our own directory, in which a browser without a sandbox gets its profile.
    """
    for browser in BROWSERS:
        for program in _places(browser, platform, environ, home, state):
            if os.access(program.path, os.X_OK):
                yield program
                break


def profiles(home: Path, state: Path) -> list[Path]:
    """List all folders in which a window may have left its profile."""
    folders = [state / f"window-{browser}" for browser in BROWSERS]
    for names in _LINUX.values():
        folders += [_snap_profile(home, names.snap)] if names.snap else []
        folders += [_flatpak_profile(home, names.flatpak)] if names.flatpak else []
    return folders


def _places(
    browser: str, platform: str, environ: Mapping[str, str], home: Path, state: Path
) -> Iterator[Program]:
    profile = state / f"window-{browser}"
    if platform == "win32":
        for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
            if folder := environ.get(variable):
                yield Program(browser, Path(folder, _WINDOWS[browser]), profile)
        return
    if platform == "darwin":
        for folder in (Path("/Applications"), home / "Applications"):
            name = _MAC[browser]
            yield Program(browser, folder / f"{name}.app" / "Contents" / "MacOS" / name, profile)
        return
    names = _LINUX[browser]
    path = environ.get("PATH", os.defpath)
    # The Snap first: on Ubuntu, other programs of that name only start it.
    snaps = os.pathsep.join(each for each in path.split(os.pathsep) if each.endswith("snap/bin"))
    if names.snap and (found := shutil.which(names.snap, path=snaps)):
        yield Program(browser, Path(found), _snap_profile(home, names.snap))
    for name in names.programs:
        if found := shutil.which(name, path=path):
            yield Program(browser, Path(found), profile)
    if names.flatpak:
        for folder in (home / ".local" / "share", Path("/var/lib")):
            exported = folder / "flatpak" / "exports" / "bin" / names.flatpak
            yield Program(browser, exported, _flatpak_profile(home, names.flatpak))


def _snap_profile(home: Path, snap: str) -> Path:
    return home / "snap" / snap / "common" / "stravacookies-window"


def _flatpak_profile(home: Path, flatpak: str) -> Path:
    return home / ".var" / "app" / flatpak / "data" / "stravacookies-window"
