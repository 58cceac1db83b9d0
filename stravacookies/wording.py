"""Format times, counts, lists and paths for people."""

import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path


def local_time(time: datetime) -> str:
    """Format a time in the local time zone, or in UTC if that zone cannot be used."""
    try:
        return f"{time.astimezone():%d %B %Y, %H:%M}"
    except (ValueError, OSError):  # a TZ of 24 hours or more; on Windows, beyond the year 3000
        return f"{time:%d %B %Y, %H:%M} UTC"


def until(end: datetime) -> str:
    """Format a time, and how much time is left until then."""
    minutes = int((end - datetime.now(UTC)).total_seconds()) // 60
    if minutes < 0:
        return f"{local_time(end)} (expired)"
    return f"{local_time(end)} ({minutes // 60} h {minutes % 60} min left)"


def count(number: int, what: str) -> str:
    """Format a number of things: `1 layer`, `2 activities`."""
    if number != 1:
        what = what.removesuffix("y") + ("ies" if what.endswith("y") else "s")
    return f"{number} {what}"


def listed(names: Iterable[str], conjunction: str = "and") -> str:
    """Format names as a list: `blue`, `blue and gray`, `hot, blue and gray`."""
    *others, last = names
    return f"{', '.join(others)} {conjunction} {last}" if others else last


def without_home(text: str) -> str:
    """Replace the user's home directory, which contains the user's name, with `~`."""
    home, flags = Path.home(), re.IGNORECASE if sys.platform == "win32" else 0
    for path in {home, home.resolve()}:
        if path != Path(path.anchor):  # a home at the root tells nothing
            text = re.sub(rf"{re.escape(str(path))}(?!\w)", "~", text, flags=flags)
    return text
