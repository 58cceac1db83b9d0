"""The browsers that can open a window of ours, and where they are, as data."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from stravacookies.computer import Computer


class Program(NamedTuple):
    """A browser's program, and the folder for a profile of ours.

    Attributes:
        browser: The browser's name: `chromium`.
        path: The program.
        profile: The folder. A browser in a sandbox can write only to some folders.
    """

    browser: str
    path: Path
    profile: Path


class _Names(NamedTuple):
    """The names of a browser's programs on Linux, of its Flatpak, and of its Snap's program."""

    programs: tuple[str, ...]
    flatpak: str
    snap: str | None = None


# In the order in which they are tried: most people have a Chromium of some kind.
# Sources: https://flathub.org, https://snapcraft.io
_LINUX = {
    "chrome": _Names(("google-chrome", "google-chrome-stable"), "com.google.Chrome"),
    "edge": _Names(("microsoft-edge", "microsoft-edge-stable"), "com.microsoft.Edge"),
    "chromium": _Names(("chromium", "chromium-browser"), "org.chromium.Chromium", "chromium"),
    "brave": _Names(("brave-browser", "brave"), "com.brave.Browser", "brave"),
    "vivaldi": _Names(
        ("vivaldi", "vivaldi-stable"), "com.vivaldi.Vivaldi", "vivaldi.vivaldi-stable"
    ),
    "opera": _Names(("opera",), "com.opera.Opera", "opera"),
    "firefox": _Names(("firefox", "firefox-esr"), "org.mozilla.firefox", "firefox"),
}
_MAC = {
    "chrome": "Google Chrome.app/Contents/MacOS/Google Chrome",
    "edge": "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "chromium": "Chromium.app/Contents/MacOS/Chromium",
    "brave": "Brave Browser.app/Contents/MacOS/Brave Browser",
    "vivaldi": "Vivaldi.app/Contents/MacOS/Vivaldi",
    "opera": "Opera.app/Contents/MacOS/Opera",
    "firefox": "Firefox.app/Contents/MacOS/firefox",
}
_WINDOWS = {
    "chrome": "Google/Chrome/Application/chrome.exe",
    "edge": "Microsoft/Edge/Application/msedge.exe",
    "chromium": "Chromium/Application/chrome.exe",
    "brave": "BraveSoftware/Brave-Browser/Application/brave.exe",
    "vivaldi": "Vivaldi/Application/vivaldi.exe",
    "opera": "Opera/opera.exe",
    "firefox": "Mozilla Firefox/firefox.exe",
}
# All can be installed for all users or for one; Opera for one is in Programs.
_WINDOWS_FOLDERS = (
    ("PROGRAMFILES", ""),
    ("PROGRAMFILES(X86)", ""),
    ("PROGRAMW6432", ""),
    ("LOCALAPPDATA", ""),
    ("LOCALAPPDATA", "Programs"),
)

BROWSERS = tuple(_LINUX)
"""The browsers that can open a window, in the order in which they are tried."""


def find(browser: str, computer: Computer, state: Path) -> Program | None:
    """Return a browser's program, or that of any browser if it is empty, if it is installed.

    The parameters are those of `places`.
    """
    wanted = [each for each in BROWSERS if browser in ("", each)]
    found = (program for each in wanted for program in places(each, computer, state))
    return next((program for program in found if shutil.which(program.path)), None)


def places(browser: str, computer: Computer, state: Path) -> Iterator[Program]:
    """Yield where a browser's program may be, the best place first.

    Args:
        browser: One of `BROWSERS`.
        computer: What decides where programs are.
        state: Our own directory, in which a browser without a sandbox gets its profile.
    """
    own = state / f"window-{browser}"
    if computer.platform == "win32":
        for variable, folder in _WINDOWS_FOLDERS:
            if base := computer.environ.get(variable):
                yield Program(browser, Path(base, folder, _WINDOWS[browser]), own)
    elif computer.platform == "darwin":
        for above in (computer.root, computer.home):
            yield Program(browser, above / "Applications" / _MAC[browser], own)
    else:
        # The Snap first: on Ubuntu, other programs of its name only start it.
        yield from _snaps(browser, computer)
        for name in _LINUX[browser].programs:
            for path in map(Path, os.get_exec_path(dict(computer.environ))):
                if path.is_absolute():
                    yield Program(browser, path / name, own)
        yield from _flatpaks(browser, computer)


def profiles(computer: Computer, state: Path) -> list[Path]:
    """List all folders in which a window may have left its profile."""
    folders = [state / f"window-{browser}" for browser in BROWSERS]
    for browser in BROWSERS:
        sandboxed = (*_snaps(browser, computer), *_flatpaks(browser, computer))
        folders += [each.profile for each in sandboxed]
    return list(dict.fromkeys(folders))


def _snaps(browser: str, computer: Computer) -> Iterator[Program]:
    if snap := _LINUX[browser].snap:
        profile = computer.home / "snap" / snap.split(".")[0] / "common" / "stravacookies-window"
        for folder in ("snap/bin", "var/lib/snapd/snap/bin"):
            yield Program(browser, computer.root / folder / snap, profile)


def _flatpaks(browser: str, computer: Computer) -> Iterator[Program]:
    flatpak = _LINUX[browser].flatpak
    profile = computer.home / ".var" / "app" / flatpak / "data" / "stravacookies-window"
    for base in (computer.data, computer.root / "var" / "lib"):
        yield Program(browser, base / "flatpak" / "exports" / "bin" / flatpak, profile)
