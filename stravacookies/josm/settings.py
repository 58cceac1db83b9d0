"""Single settings in JOSM's preferences: its version, its remote control, where it was last."""

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from stravacookies.heatmap import is_on_map
from stravacookies.josm.directory import PREFERENCES
from stravacookies.josm.xml_edit import Document

USUAL_PORT = 8111

VERSION = "josm.version"
"""The setting in which JOSM stores its own revision."""

_ENABLED = "remotecontrol.enabled"
_PORT = "remote.control.port"

_BOUNDS = "osm-download.bounds"
"""The area that was downloaded last, as "south;west;north;east".

Source: https://josm.openstreetmap.de/browser/josm/trunk/src/org/openstreetmap/josm/gui/download/DownloadDialog.java
"""


class RemoteControl(NamedTuple):
    """The settings of JOSM's remote control."""

    enabled: bool = False
    port: int = USUAL_PORT


def read(directory: Path, keys: Collection[str]) -> dict[str, str]:
    """Return the values of single settings by key, without those that do not exist.

    Raises an `OSError` or a `MalformedError` if the preferences cannot be read.
    """
    path = directory / PREFERENCES
    # A pipe might never end.
    return Document(path.read_bytes(), tags=keys).tags if path.is_file() else {}


def remote_control(directory: Path | None) -> RemoteControl:
    """Return the settings of the remote control; JOSM's defaults if they cannot be read."""
    try:
        values = read(directory, [_ENABLED, _PORT]) if directory else {}
        port = int(values.get(_PORT, USUAL_PORT))
    except (OSError, ValueError):
        return RemoteControl()
    return RemoteControl(values.get(_ENABLED) == "true", port if 0 < port < 65536 else USUAL_PORT)


def last_downloaded(directory: Path) -> tuple[float, float] | None:
    """Return the centre of the area that JOSM downloaded last, if its preferences say so.

    The result is latitude and longitude, in degrees north and east.
    """
    try:
        south, west, north, east = map(float, read(directory, [_BOUNDS])[_BOUNDS].split(";"))
    except (OSError, LookupError, ValueError):
        return None
    middle = (south + north) / 2, (west + east) / 2
    return middle if is_on_map(*middle) else None
