"""Where a mapper was last: the area that JOSM downloaded."""

from pathlib import Path

from stravacookies.heatmap import is_on_map
from stravacookies.josm import preferences
from stravacookies.josm.directory import PREFERENCES

_BOUNDS = "osm-download.bounds"
"""The preference with that area.

Source: https://josm.openstreetmap.de/browser/josm/trunk/src/org/openstreetmap/josm/gui/download/DownloadDialog.java
"""


def last_downloaded(directory: Path) -> tuple[float, float] | None:
    """Return the middle of the area that JOSM downloaded last, if its preferences tell.

    Returns latitude and longitude, in degrees north and east.

    Args:
        directory: JOSM's preferences directory.
    """
    try:
        tags = preferences.tags((directory / PREFERENCES).read_bytes(), [_BOUNDS])
        south, west, north, east = map(float, tags[_BOUNDS].split(";"))
    except (OSError, LookupError, ValueError):
        return None
    middle = (south + north) / 2, (west + east) / 2
    return middle if is_on_map(*middle) else None
