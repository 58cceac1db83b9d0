"""Where JOSM keeps its preferences.

Source: https://josm.openstreetmap.de/wiki/Help/Preferences#Storage
"""

from collections.abc import Mapping
from pathlib import Path

from stravacookies.errors import NoJosmDirectoryError

PREFERENCES = "preferences.xml"
"""The file in that directory that holds JOSM's preferences, the user's tokens among them."""


def candidates(platform: str, environ: Mapping[str, str], home: Path) -> list[Path]:
    """List the directories that a JOSM may use, in the order that JOSM itself looks for them.

    Args:
        platform: The system, as `sys.platform` names it.
        environ: The environment variables.
        home: The user's home directory.
    """
    if platform == "win32":
        return [Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / "JOSM"]
    if platform == "darwin":
        return [home / "Library" / "Preferences" / "JOSM"]
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    return [home / ".josm", config / "JOSM", _flatpak(home)]


def find(platform: str, environ: Mapping[str, str], home: Path) -> Path:
    """Return the directory that JOSM uses.

    Where there is one of a plain JOSM and one of a Flatpak, the one used last is taken.

    Args:
        platform: The system, as `sys.platform` names it.
        environ: The environment variables.
        home: The user's home directory.

    Raises:
        NoJosmDirectoryError: There is none.
    """
    places = candidates(platform, environ, home)
    there = [place for place in places if _is_directory(place)]
    if not there:
        raise NoJosmDirectoryError(places)
    if _flatpak(home) in there:
        return max(there[0], _flatpak(home), key=_last_used)
    return there[0]


def _is_directory(place: Path) -> bool:
    """Tell whether there is a directory; one behind a locked door counts as not there."""
    try:
        return place.is_dir()
    except OSError:
        return False


def _flatpak(home: Path) -> Path:
    return home / ".var" / "app" / "org.openstreetmap.josm" / "config" / "JOSM"


def _last_used(directory: Path) -> float:
    try:
        return (directory / PREFERENCES).stat().st_mtime
    except OSError:
        return 0.0
