"""Where JOSM keeps its preferences.

Source: https://josm.openstreetmap.de/wiki/Help/Preferences#Storage
"""

import shutil
from collections.abc import Collection
from contextlib import suppress
from os.path import isdir, realpath  # they accept what is out of reach, unlike Path's
from pathlib import Path, PureWindowsPath
from typing import NamedTuple

from stravacookies.computer import Computer
from stravacookies.errors import FileError, NoJosmDirectoryError
from stravacookies.files import renamed_errors
from stravacookies.installation import command

PREFERENCES = "preferences.xml"
"""The file in that directory with JOSM's preferences, which include the user's OAuth tokens."""

INSTALL = (
    "install JOSM from https://josm.openstreetmap.de; if you have it, start it once, or run"
    f" '{command('josm-prefs', '--josm-dir', 'DIR')}'"
)
"""What to do if there is no JOSM."""

_NAMES = ("JOSM", "JOSM-latest", '"JOSM-latest"')
"""The names of the directory: the usual one, and that of the package `josm-latest`.

If its script, which is for Linux, hands on the quotes around the name, JOSM keeps them (measured).
"""

_APP = "org.openstreetmap.josm"


class Package(NamedTuple):
    """A package or an installer of JOSM.

    Attributes:
        places: The directories that it may use, in its order. If none exists, it creates the last.
        start: The command that starts it; `{folder}` stands for the folder that it is installed in.
        folders: Where it may be installed. If there are none, its command is on the path.
    """

    places: list[Path]
    start: tuple[str, ...]
    folders: tuple[Path, ...] = ()

    @property
    def used(self) -> Path:
        """The directory that it uses, or will create."""
        return next(filter(isdir, self.places), self.places[-1])

    @property
    def folder(self) -> Path | None:
        """The folder that it is installed in, if there is one."""
        return next(filter(isdir, self.folders), None)


def packages(computer: Computer, name: str) -> list[Package]:
    """List the packages of a JOSM whose directory has a certain name.

    The option `-Djosm.dir.name` sets another name, as in the package `josm-latest`.

    Source: https://github.com/JOSM/josm/tree/master/native (packages and installers)
    """
    environ, home, root = computer.environ, computer.home, computer.root
    if computer.platform == "win32":
        # In capitals, as a copy of Windows' environment has all names.
        variables = ("LOCALAPPDATA", "PROGRAMFILES", "PROGRAMFILES(X86)")
        folders = tuple(Path(environ[each], name) for each in variables if environ.get(each))
        return [Package([computer.roaming / name], (f"{{folder}}\\{name}.exe",), folders)]
    if computer.platform == "darwin":
        folders = tuple(each / "Applications" / f"{name}.app" for each in (root, home))
        start = ("open", "-a", "{folder}", "--args")
        return [Package([home / "Library" / "Preferences" / name], start, folders)]
    plain = Package([home / f".{name.lower()}", computer.config / name], (name.lower(),))
    return [plain, _flatpak(computer), _snap(computer)] if name == "JOSM" else [plain]


def usual(computer: Computer) -> list[Path]:
    """List the directories that a JOSM may use unless it is told another one."""
    return [place for each in _all(computer) for place in each.places]


def find(computer: Computer) -> Path:
    """Return the directory that JOSM uses; if there are several, the one that was used last.

    Raises:
        NoJosmDirectoryError: There is none.
    """
    found = list(filter(isdir, (package.used for package in _all(computer))))
    if not found:
        raise _not_found(computer)
    return max(found, key=_last_used)


def to_create(computer: Computer) -> Path:
    """Return the directory that an installed JOSM will use when it first runs.

    Raises:
        NoJosmDirectoryError: No JOSM is installed.
    """
    for package in installed(computer):
        return package.places[-1]
    raise _not_found(computer)


def installed(computer: Computer) -> list[Package]:
    """List the JOSMs that are installed, of which the first is the one to use."""
    path = computer.environ.get("PATH", "")
    return [each for each in _all(computer) if _is_installed(each, path)]


def no_directory(path: Path) -> NoJosmDirectoryError:
    """Build the error about a directory that the user named, and that does not exist."""
    return NoJosmDirectoryError(
        f"There is no directory {path}. Correct the path or, if JOSM should use this directory,"
        " create it."
    )


def check_named(directory: Path, places: Collection[Path], ours: Collection[str]) -> None:
    """Refuse a directory that the user named, and that cannot be JOSM's.

    It must be empty, or one of JOSM's usual places, or contain JOSM's preferences. Our own files
    in it do not count.

    Raises:
        FileError: It is not such a directory.
    """
    with renamed_errors(directory, "read"):
        names = {path.name for path in directory.iterdir()}
    others = (name for name in names - {*ours} if "stravacookies" not in name)
    if PREFERENCES in names or not any(others):
        return
    if realpath(directory) not in map(realpath, places):
        raise FileError(
            f"{directory} contains files, but not JOSM's {PREFERENCES}: give the directory that"
            " JOSM uses, or an empty one. Nothing was changed."
        )


def check_shared(directory: Path, computer: Computer, python: str) -> None:
    """Refuse a directory below AppData for the Python of Microsoft's Store.

    What it writes there goes into a copy that JOSM does not see.
    Source: https://docs.python.org/3.13/using/windows.html#redirection-of-local-data-registry-and-temporary-paths

    Args:
        directory: The directory to write into.
        computer: What decides where programs are.
        python: Where Python is installed, as `sys.base_prefix` names it.

    Raises:
        FileError: JOSM would not see what is written.
    """
    of_store = computer.platform == "win32" and "WindowsApps" in PureWindowsPath(python).parts
    if of_store and directory.is_relative_to(computer.home / "AppData"):
        raise FileError(
            f"JOSM would not see files in {directory}: this Python is from the Microsoft Store, and"
            " Windows hides what it writes there. Install Python from https://www.python.org, and"
            " stravacookies with that. Nothing was changed."
        )


def _all(computer: Computer) -> list[Package]:
    names = _NAMES[:2] if computer.platform in ("win32", "darwin") else _NAMES
    return [each for name in names for each in packages(computer, name)]


def _not_found(computer: Computer) -> NoJosmDirectoryError:
    places = ", ".join(map(str, usual(computer)))
    advice = INSTALL[0].upper() + INSTALL[1:]
    return NoJosmDirectoryError(f"JOSM was not found (looked in: {places}). {advice}.")


def _flatpak(computer: Computer) -> Package:
    """Return the Flatpak, which a user or the system has installed."""
    data = (computer.data, computer.root / "var" / "lib")
    folders = tuple(each / "flatpak" / "app" / _APP for each in data)
    place = computer.home / ".var" / "app" / _APP / "config" / "JOSM"
    return Package([place], ("flatpak", "run", _APP), folders)


def _snap(computer: Computer) -> Package:
    """Return the Snap, which has a home of its own for each revision.

    Source: https://snapcraft.io/docs/data-locations
    """
    snaps = (computer.root / "snap", computer.root / "var" / "lib" / "snapd" / "snap")
    folders = tuple(each / "josm" for each in snaps)
    data = computer.home / "snap" / "josm"
    revisions: list[Path] = []
    with suppress(PermissionError):  # it is another user's, whose JOSM is running
        revisions = sorted(data.glob("[0-9]*"), key=lambda path: (len(path.name), path.name))
    homes = [data / "current", *reversed(revisions)]
    # Before its first run: the mounted revision. The Snap itself creates the link `current`.
    homes += [data / Path(realpath(each / "current")).name for each in filter(isdir, folders)]
    used = next(filter(isdir, homes), homes[-1])
    return Package([used / ".josm", used / ".config" / "JOSM"], ("snap", "run", "josm"), folders)


def _is_installed(package: Package, path: str) -> bool:
    if package.folders:
        return package.folder is not None
    command = shutil.which(package.start[0], path=path)
    # The command of a Snap is a link to `snap`.
    return command is not None and Path(realpath(command)).name != "snap"


def _last_used(directory: Path) -> float:
    try:
        return (directory / PREFERENCES).stat().st_mtime
    except OSError:
        return 0.0
