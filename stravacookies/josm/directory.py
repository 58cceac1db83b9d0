"""Where JOSM keeps its preferences.

Source: https://josm.openstreetmap.de/wiki/Help/Preferences#Storage
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from stravacookies.errors import NoJosmDirectoryError

PREFERENCES = "preferences.xml"
"""The file in that directory with JOSM's preferences, which include the user's OAuth tokens."""


def candidates(
    platform: str, environ: Mapping[str, str], home: Path, name: str = "JOSM"
) -> list[Path]:
    """List the directories that JOSM may use, in the order in which JOSM looks for them.

    The platform is the system as `sys.platform` names it. The name is another one if JOSM was
    started with `-Djosm.dir.name`, such as by the package `josm-latest`.
    """
    if platform == "win32":
        return [Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / name]
    if platform == "darwin":
        return [home / "Library" / "Preferences" / name]
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    places = [home / f".{name.lower()}", config / name]
    return [*places, _flatpak(home)] if name == "JOSM" else places


def find(platform: str, environ: Mapping[str, str], home: Path) -> Path:
    """Return the directory that JOSM uses.

    If both a plain JOSM and a Flatpak have one, this is the one that was used last.

    Raises:
        NoJosmDirectoryError: There is none.
    """
    places = candidates(platform, environ, home)
    # Unlike Path.is_dir, this returns False for what is out of reach.
    existing = [place for place in places if os.path.isdir(place)]  # noqa: PTH112 - see above
    if not existing:
        raise not_found(places)
    if _flatpak(home) in existing:
        return max(existing[0], _flatpak(home), key=_last_used)
    return existing[0]


def not_found(places: Iterable[Path]) -> NoJosmDirectoryError:
    """Build the error that says where JOSM's directory was looked for."""
    return NoJosmDirectoryError(
        f"There is no JOSM preferences directory (looked in: {', '.join(map(str, places))}). Start"
        " JOSM once, which creates it, or give its path with --josm-dir."
    )


def _flatpak(home: Path) -> Path:
    return home / ".var" / "app" / "org.openstreetmap.josm" / "config" / "JOSM"


def _last_used(directory: Path) -> float:
    try:
        return (directory / PREFERENCES).stat().st_mtime
    except OSError:
        return 0.0
