"""Where JOSM's preferences are, on every system, from any machine."""

import os
from pathlib import Path

import pytest

from stravacookies.errors import NoJosmDirectoryError
from stravacookies.josm.directory import candidates, find

PLAIN = ".config/JOSM"
FLATPAK = ".var/app/org.openstreetmap.josm/config/JOSM"


@pytest.mark.parametrize(
    ("platform", "environ", "places"),
    [
        ("linux", {}, [".josm", PLAIN, FLATPAK]),
        ("linux", {"XDG_CONFIG_HOME": "/x"}, [".josm", "/x/JOSM", FLATPAK]),
        ("linux", {"XDG_CONFIG_HOME": ""}, [".josm", PLAIN, FLATPAK]),
        ("freebsd14", {}, [".josm", PLAIN, FLATPAK]),
        ("darwin", {}, ["Library/Preferences/JOSM"]),
        ("win32", {"APPDATA": "/roaming"}, ["/roaming/JOSM"]),
        ("win32", {}, ["AppData/Roaming/JOSM"]),
    ],
)
def test_candidates(platform: str, environ: dict[str, str], places: list[str]) -> None:
    """Each system has its places, in the order in which JOSM looks at them."""
    home = Path("/home/m")

    assert [home / place for place in places] == candidates(platform, environ, home)


@pytest.mark.parametrize(
    ("used", "found"),
    [
        ({PLAIN: 2, ".josm": 1}, ".josm"),
        ({FLATPAK: None}, FLATPAK),
        ({PLAIN: 1, FLATPAK: 2}, FLATPAK),
        ({PLAIN: 2, FLATPAK: 1}, PLAIN),
        ({PLAIN: None, FLATPAK: 1}, FLATPAK),
        ({PLAIN: None, FLATPAK: None}, PLAIN),
    ],
)
def test_find(home: Path, used: dict[str, int | None], found: str) -> None:
    """JOSM prefers its older place; of a plain JOSM and a Flatpak, the last used one is meant."""
    for place, time in used.items():
        (home / place).mkdir(parents=True)
        if time is not None:
            (home / place / "preferences.xml").touch()
            os.utime(home / place / "preferences.xml", (time, time))

    assert home / found == find("linux", {}, home)


def test_no_directory(home: Path) -> None:
    """The error names every place; neither a file nor a loop of links is a directory."""
    (home / ".josm").touch()
    (home / ".config").symlink_to(".config")
    with pytest.raises(NoJosmDirectoryError) as error:
        find("linux", {}, home)

    assert (
        f"There is no JOSM preferences directory (looked in: {home}/.josm, {home}/{PLAIN},"
        f" {home}/{FLATPAK}). Start JOSM once, which creates it, or give its path with --josm-dir."
    ) == str(error.value)
