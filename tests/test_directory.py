"""Where JOSM's preferences are, on every system, from any machine."""

import os
from pathlib import Path

import pytest

from stravacookies.errors import NoJosmDirectoryError
from stravacookies.josm.directory import candidates, find

FLATPAK = ".var/app/org.openstreetmap.josm/config/JOSM"


@pytest.mark.parametrize(
    ("platform", "environ", "places"),
    [
        ("linux", {}, [".josm", ".config/JOSM", FLATPAK]),
        ("linux", {"XDG_CONFIG_HOME": "/x"}, [".josm", "/x/JOSM", FLATPAK]),
        ("linux", {"XDG_CONFIG_HOME": ""}, [".josm", ".config/JOSM", FLATPAK]),
        ("freebsd14", {}, [".josm", ".config/JOSM", FLATPAK]),
        ("darwin", {}, ["Library/Preferences/JOSM"]),
        ("win32", {"APPDATA": "/roaming"}, ["/roaming/JOSM"]),
        ("win32", {}, ["AppData/Roaming/JOSM"]),
    ],
)
def test_candidates(platform: str, environ: dict[str, str], places: list[str]) -> None:
    """Each system has its places, in the order in which JOSM looks at them."""
    assert [Path("/home/m") / place for place in places] == candidates(
        platform, environ, Path("/home/m")
    )


def directory(home: Path, place: str, used: float | None = None) -> Path:
    """Make a directory, with preferences that were last changed at a time, or without."""
    path = home / place
    path.mkdir(parents=True)
    if used is not None:
        (path / "preferences.xml").touch()
        os.utime(path / "preferences.xml", (used, used))
    return path


def test_old_place_comes_first(home: Path) -> None:
    """JOSM uses `~/.josm` if it exists, however old."""
    directory(home, ".config/JOSM", used=2)
    old = directory(home, ".josm", used=1)

    assert old == find("linux", {}, home)


@pytest.mark.parametrize(
    ("plain", "flatpak", "found"),
    [(1, 2, FLATPAK), (2, 1, ".config/JOSM"), (None, 1, FLATPAK), (None, None, ".config/JOSM")],
)
def test_last_used_wins_over_flatpak(
    home: Path, plain: float | None, flatpak: float | None, found: str
) -> None:
    """Where plain JOSM and Flatpak are both installed, the last one used is meant."""
    directory(home, ".config/JOSM", plain)
    directory(home, FLATPAK, flatpak)

    assert home / found == find("linux", {}, home)


def test_only_flatpak(home: Path) -> None:
    """A Flatpak alone is found."""
    assert directory(home, FLATPAK) == find("linux", {}, home)


def test_no_directory_tells_where_it_looked(home: Path) -> None:
    """The error names every place."""
    with pytest.raises(NoJosmDirectoryError) as error:
        find("linux", {}, home)

    assert (home / ".josm", home / ".config/JOSM", home / FLATPAK) == error.value.looked_in
    assert str(home / FLATPAK) in str(error.value)


def test_file_in_its_place_is_no_directory(home: Path) -> None:
    """A file of that name is not taken for a directory."""
    (home / ".josm").touch()

    with pytest.raises(NoJosmDirectoryError):
        find("linux", {}, home)
