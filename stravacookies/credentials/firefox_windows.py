"""What Firefox stores of its windows: session cookies, and the addresses of pages.

A session cookie is in no other file. Firefox writes it here while it runs, and keeps it after its
end if it restores windows. Sources: https://searchfox.org/mozilla-central/source/browser/components/sessionstore/SessionFile.sys.mjs,
https://searchfox.org/mozilla-central/source/toolkit/components/lz4/lz4.js
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from stravacookies.files import file_type
from stravacookies.strava.session import StoredCookie

_FILES = (
    "sessionstore-backups/recovery.jsonlz4",  # while it runs, or if it was ended by force
    "sessionstore.jsonlz4",  # after its end
    "sessionstore-backups/previous.jsonlz4",
)
_MAGIC = b"mozLz40\0"
_LARGEST = 100 * 2**20
"""Bytes; a thousand tabs take a tenth."""


class Windows(NamedTuple):
    """Cookies outside containers and private windows, and the address of each tab."""

    cookies: list[StoredCookie]
    pages: list[str]


def files(profile: Path) -> list[Path]:
    """Return the files of this kind in the folder of a profile, the newest first."""
    found = [profile / name for name in _FILES if file_type(profile / name)]
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def read(path: Path) -> Windows:
    """Read such a file.

    Raises:
        ValueError: It is truncated, or something else; the message says what.
        OSError: It cannot be read.
    """
    content = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
    return _windows(_decompressed(content))


def _decompressed(content: bytes) -> Any:
    import lz4.block  # imported here: an optional package, and few runs read a browser

    head = len(_MAGIC)
    if (
        not content.startswith(_MAGIC)
        or int.from_bytes(content[head : head + 4], "little") > _LARGEST
    ):
        raise ValueError("it is not a list of Firefox's windows")
    try:
        return json.loads(lz4.block.decompress(content[head:]))
    except (lz4.block.LZ4BlockError, ValueError, RecursionError):
        raise ValueError("it is truncated or damaged") from None


def _windows(stored: Any) -> Windows:
    cookies, pages = [], []
    for cookie in stored.get("cookies", ()):
        match cookie:
            case {"originAttributes": {"userContextId": int(container)}} if container:
                continue
            case {"originAttributes": {"partitionKey": str(key)}} if key:
                continue
            case {"originAttributes": {"privateBrowsingId": int(private)}} if private:
                continue
            case {"host": str(host), "name": str(name), "value": str(value)}:
                cookies.append(StoredCookie(name, value, host))
    with suppress(LookupError, TypeError):  # a tab without a page
        for window in stored.get("windows", ()):
            for tab in window["tabs"]:
                pages.append(tab["entries"][tab["index"] - 1]["url"])
    return Windows(cookies, pages)
