"""Where JOSM's preferences are, on every system, from any machine."""

import os
from pathlib import Path

import pytest

from stravacookies.computer import Computer
from stravacookies.errors import FileError, NoJosmDirectoryError
from stravacookies.josm.directory import (
    check_named,
    check_shared,
    find,
    packages,
    to_create,
    usual,
)
from tests.command import fork

PLAIN, OLD = ".config/JOSM", ".josm"
FLATPAK = ".var/app/org.openstreetmap.josm/config/JOSM"
SNAP = "snap/josm/current/.config/JOSM"
LATEST = ".config/JOSM-latest"
OTHERS = [FLATPAK, "snap/josm/current/.josm", SNAP, ".josm-latest"]
LATEST_TOO = [LATEST, '."josm-latest"', '.config/"JOSM-latest"']
PROGRAMS = {"PROGRAMFILES": "/p", "PROGRAMFILES(X86)": "/p86", "LOCALAPPDATA": "/local"}


@pytest.mark.parametrize(
    ("platform", "environ", "places"),
    [
        ("linux", {}, [OLD, PLAIN, *OTHERS, *LATEST_TOO]),
        (
            "linux",
            {"XDG_CONFIG_HOME": "/x"},
            [OLD, "/x/JOSM", *OTHERS, "/x/JOSM-latest", LATEST_TOO[1], '/x/"JOSM-latest"'],
        ),
        ("linux", {"XDG_CONFIG_HOME": ""}, [OLD, PLAIN, *OTHERS, *LATEST_TOO]),
        ("freebsd14", {}, [OLD, PLAIN, *OTHERS, *LATEST_TOO]),
        ("darwin", {}, ["Library/Preferences/JOSM", "Library/Preferences/JOSM-latest"]),
        ("win32", {"APPDATA": "/roaming"}, ["/roaming/JOSM", "/roaming/JOSM-latest"]),
        ("win32", {}, ["AppData/Roaming/JOSM", "AppData/Roaming/JOSM-latest"]),
    ],
)
def test_usual(platform: str, environ: dict[str, str], places: list[str]) -> None:
    """Each system has its places, in the order in which JOSM looks at them."""
    home = Path("/home/m")

    assert [home / place for place in places] == usual(Computer(platform, environ, home))


@pytest.mark.parametrize(
    ("platform", "environ", "folders"),
    [
        (
            "linux",
            {},
            [
                ".local/share/flatpak/app/org.openstreetmap.josm",
                "/var/lib/flatpak/app/org.openstreetmap.josm",
                "/snap/josm",
                "/var/lib/snapd/snap/josm",
            ],
        ),
        ("darwin", {}, ["/Applications/JOSM.app", "Applications/JOSM.app"]),
        ("win32", PROGRAMS, ["/local/JOSM", "/p/JOSM", "/p86/JOSM"]),
        ("win32", {}, []),
    ],
)
def test_folders(platform: str, environ: dict[str, str], folders: list[str]) -> None:
    """Each system has folders in which packages and installers put JOSM."""
    home = Path("/home/m")
    found = packages(Computer(platform, environ, home), "JOSM")

    assert [home / each for each in folders] == [each for way in found for each in way.folders]


@pytest.mark.parametrize(
    ("used", "found"),
    [
        ({PLAIN: 2, OLD: 1}, OLD),
        ({FLATPAK: None}, FLATPAK),
        ({PLAIN: 1, FLATPAK: 2}, FLATPAK),
        ({PLAIN: 2, FLATPAK: 1}, PLAIN),
        ({PLAIN: None, FLATPAK: 1}, FLATPAK),
        ({PLAIN: None, FLATPAK: None}, PLAIN),
        ({PLAIN: 1, ".josm-latest": 2, LATEST: 3}, ".josm-latest"),
        ({LATEST: 2, FLATPAK: 1}, LATEST),
        ({'.config/"JOSM-latest"': 2, LATEST: 1}, '.config/"JOSM-latest"'),
        ({SNAP: 2, PLAIN: 1}, SNAP),
        ({SNAP: 1, "snap/josm/7/.josm": 2}, SNAP),
        ({"snap/josm/9/.josm": 3, "snap/josm/10/.config/JOSM": 1}, "snap/josm/10/.config/JOSM"),
    ],
)
def test_find(home: Path, used: dict[str, int | None], found: str) -> None:
    """A JOSM prefers its older place; of several JOSMs, the one that was used last is meant.

    The Snap's is in its current revision, or else in the newest.
    """
    for place, time in used.items():
        (home / place).mkdir(parents=True)
        if time is not None:
            (home / place / "preferences.xml").touch()
            os.utime(home / place / "preferences.xml", (time, time))

    assert home / found == find(Computer("linux", {}, home))


def test_no_josm(home: Path) -> None:
    """The error names every place; neither a file nor a loop of links is a directory."""
    (home / ".josm").touch()
    (home / ".config").symlink_to(".config")
    computer = Computer("linux", {"PATH": str(home)}, home, root=home)
    for look in (find, to_create):
        with pytest.raises(NoJosmDirectoryError) as error:
            look(computer)

        places = ", ".join(f"{home}/{place}" for place in [OLD, PLAIN, *OTHERS, *LATEST_TOO])
        assert (
            f"JOSM was not found (looked in: {places}). Install JOSM from"
            " https://josm.openstreetmap.de; if you have it, start it once, or run"
            " 'stravacookies josm-prefs --josm-dir DIR'."
        ) == str(error.value)


@pytest.mark.parametrize(
    ("platform", "made", "created"),
    [
        ("linux", ["bin/josm"], PLAIN),
        ("linux", ["bin/josm-latest"], LATEST),
        ("linux", ["bin/josm-latest", "bin/josm"], PLAIN),
        ("linux", [".local/share/flatpak/app/org.openstreetmap.josm/"], FLATPAK),
        ("linux", ["/var/lib/flatpak/app/org.openstreetmap.josm/"], FLATPAK),
        ("linux", ["/snap/josm/42/"], "snap/josm/42/.config/JOSM"),
        ("linux", ["/var/lib/snapd/snap/josm/42/"], "snap/josm/42/.config/JOSM"),
        ("linux", ["/snap/josm/42/", "snap/josm/42/"], "snap/josm/42/.config/JOSM"),
        ("linux", ["bin/josm/"], None),
        ("darwin", ["/Applications/JOSM.app/"], "Library/Preferences/JOSM"),
        ("darwin", ["Applications/JOSM.app/"], "Library/Preferences/JOSM"),
        ("win32", ["local/JOSM/"], "AppData/Roaming/JOSM"),
        ("win32", ["bin/josm"], None),
    ],
)
def test_to_create(
    home: Path, tmp_path: Path, platform: str, made: list[str], created: str | None
) -> None:
    """A JOSM that is installed, and has not run yet, will create its own kind of directory."""
    root = tmp_path / "root"
    for name in made:
        path = root / name[1:] if name.startswith("/") else home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(parents=True) if name.endswith("/") else path.touch(mode=0o755)
        if name.endswith("/42/") and path.is_relative_to(root):
            (path.parent / "current").symlink_to("42")
            # The command of a Snap is on the path, too.
            (home / "bin").mkdir()
            (home / "bin" / "snap").touch(mode=0o755)
            (home / "bin" / "josm").symlink_to("snap")
    environ = {"PATH": str(home / "bin"), "LOCALAPPDATA": str(home / "local")}
    computer = Computer(platform, environ, home, root)

    if created:
        assert home / created == to_create(computer)
    else:
        with pytest.raises(NoJosmDirectoryError):
            to_create(computer)


OURS = ["strava-heatmap.xml", "cartograph"]


@pytest.mark.parametrize(
    "names", [[], ["preferences.xml", "notes.txt"], [*OURS, ".a.stravacookies-tmp"]]
)
def test_named_directory(tmp_path: Path, names: list[str]) -> None:
    """A directory may be JOSM's if it has JOSM's preferences, only files of ours, or no files."""
    for name in names:
        (tmp_path / name).touch()

    check_named(tmp_path, [], OURS)


@pytest.mark.parametrize("name", ["notes.txt", ".profile"])
def test_named_directory_of_others(tmp_path: Path, name: str) -> None:
    """A directory with other files is not JOSM's, unless it is one of JOSM's usual places."""
    directory, link = tmp_path / "directory", tmp_path / "link"
    directory.mkdir()
    link.symlink_to(directory)
    for each in [*OURS, name]:
        (directory / each).touch()
    with pytest.raises(FileError) as error:
        check_named(directory, [tmp_path], OURS)

    assert (
        f"{directory} contains files, but not JOSM's preferences.xml: give the directory that JOSM"
        " uses, or an empty one. Nothing was changed."
    ) == str(error.value)
    check_named(directory, [link], OURS)


@pytest.mark.parametrize(
    ("platform", "python", "directory", "hidden"),
    [
        ("win32", r"C:\Program Files\WindowsApps\PythonSoftware_3.13_x64", "AppData/x/JOSM", True),
        ("win32", r"C:\Program Files\WindowsApps\PythonSoftware_3.13_x64", "Documents/J", False),
        ("win32", r"C:\Users\m\AppData\Local\Python\pythoncore-3.14-64", "AppData/x/JOSM", False),
        ("linux", "/usr", "AppData/x/JOSM", False),
    ],
)
def test_python_of_the_store(platform: str, python: str, directory: str, hidden: bool) -> None:
    """What the Store's Python writes below AppData is hidden from JOSM, so it is refused."""
    home = Path("/home/m")
    try:
        check_shared(home / directory, Computer(platform, {}, home), python)
        error = ""
    except FileError as failure:
        error = str(failure)

    assert (
        "JOSM would not see files in /home/m/AppData/x/JOSM: this Python is from the Microsoft"
        " Store, and Windows hides what it writes there. Install Python from"
        " https://www.python.org, and stravacookies with that. Nothing was changed."
    ) * hidden == error


def test_snap_of_another_user(home: Path) -> None:
    """A home directory that is closed to us, of a user whose JOSM is running, is no error."""
    (home / "snap").mkdir(mode=0)

    def look() -> None:
        if os.geteuid() == 0:
            os.setuid(65534)
        assert home / ".config" / "JOSM" in usual(Computer("linux", {}, home))

    _, status = os.waitpid(fork(look), 0)
    assert 0 == status
