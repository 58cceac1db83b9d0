"""What Firefox stores of its windows: session cookies, and the addresses of pages.

A session cookie is in no other file. Firefox writes it here while it runs, and keeps it after its
end if it restores windows. Sources: https://searchfox.org/mozilla-central/source/browser/components/sessionstore/SessionFile.sys.mjs,
https://searchfox.org/mozilla-central/source/toolkit/components/lz4/lz4.js
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from stravacookies.errors import NotLoggedInError
from stravacookies.strava.session import StoredCookie, is_strava

_FILES = (
    "sessionstore-backups/recovery.jsonlz4",  # while it runs, or if it was ended by force
    "sessionstore.jsonlz4",  # after its end
    "sessionstore-backups/previous.jsonlz4",
)
MAGIC = b"mozLz40\0"
"""What such a file begins with."""

_LARGEST = 100 * 2**20
"""Bytes; a thousand tabs take a tenth."""


class Windows(NamedTuple):
    """Strava's cookies outside containers and private windows, and the address of each tab."""

    cookies: list[StoredCookie]
    pages: list[str]


def files(profile: Path) -> list[Path]:
    """Return the files of this kind in the folder of a profile, the newest first."""
    changed: dict[Path, int] = {}
    for path in (profile / name for name in _FILES):
        with suppress(FileNotFoundError, NotADirectoryError):
            changed[path] = path.stat().st_mtime_ns
    return sorted(changed, key=changed.__getitem__, reverse=True)


def remove(profile: Path) -> None:
    """Remove all files of this kind from the folder of a profile, with Firefox's copies of them.

    Raise an `OSError` if one cannot be removed.
    """
    for path in (*files(profile), *profile.glob("sessionstore-backups/*lz4*")):
        path.unlink(missing_ok=True)


def read(profile: Path) -> Windows:
    """Read the newest file in the folder of a profile. Without one, there are no windows.

    Raises:
        NotLoggedInError: The file cannot be read, or it is damaged.
    """
    for path in files(profile):
        try:
            stored = _stored(path)
            return Windows(list(_cookies(stored)), list(_pages(stored)))
        except FileNotFoundError:  # Firefox renames it, and then writes a new one
            continue
        except OSError as error:
            why = error.strerror or type(error).__name__
        except (ValueError, RecursionError, MemoryError):  # lz4's and json's without their words
            why = "it is damaged, or something else"
        raise NotLoggedInError(f"Firefox's list of its windows cannot be read ({path}: {why}).")
    return Windows([], [])


def _stored(path: Path) -> Any:
    if path.stat().st_size > _LARGEST:
        raise ValueError
    return json.loads(decompressed(path.read_bytes()))


def decompressed(content: bytes) -> bytes:
    """Return the JSON in a file of this kind.

    Raises:
        ValueError: It is damaged, or something else, or too large.
    """
    import lz4.block  # imported here: few runs read a browser

    packed = content.removeprefix(MAGIC)
    # The length in front of the content is what decompressing it allocates.
    if not content.startswith(MAGIC) or int.from_bytes(packed[:4], "little") > _LARGEST:
        raise ValueError
    try:
        json_text: bytes = lz4.block.decompress(packed)
    except lz4.block.LZ4BlockError:
        raise ValueError from None
    return json_text


def _cookies(stored: Any) -> Iterator[StoredCookie]:
    """Yield Strava's cookies without attributes: those of containers and the like have some."""
    for cookie in _list(stored, "cookies"):
        match cookie:
            case {"originAttributes": {**attributes}} if any(attributes.values()):
                continue
            case {"host": str(host), "name": str(name), "value": str(value)} if is_strava(host):
                yield StoredCookie(name, value, host)


def _pages(stored: Any) -> Iterator[str]:
    for window in _list(stored, "windows"):
        for tab in _list(window, "tabs"):
            match tab:
                case {"entries": [*entries], "index": int(index)} if 0 < index <= len(entries):
                    match entries[index - 1]:
                        case {"url": str(url)}:
                            yield url


def _list(stored: Any, key: str) -> list[Any]:
    """Return a list from another program's file; an empty one if it is not there."""
    found = stored.get(key) if isinstance(stored, dict) else None
    return found if isinstance(found, list) else []
