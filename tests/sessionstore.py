"""Firefox's list of its windows, as Firefox writes it; tests/real reads that of a real one."""

import json
from collections.abc import Iterable, Mapping

import lz4.block

ORDINARY = {
    "firstPartyDomain": "",
    "geckoViewSessionContextId": "",
    "partitionKey": "",
    "privateBrowsingId": 0,
    "userContextId": 0,
}
"""The attributes of a cookie outside of containers and the like."""


def sessionstore(session_cookies: Mapping[str, str], pages: Iterable[str] = ()) -> bytes:
    """Return the file of a Firefox with session cookies of Strava, and a tab for each page."""
    cookies = [
        {"host": ".strava.com", "name": name, "value": value, "originAttributes": ORDINARY}
        for name, value in session_cookies.items()
    ]
    tabs = [{"entries": [{"url": "about:home"}, {"url": page}], "index": 2} for page in pages]
    return compressed(
        {"version": ["sessionrestore", 1], "windows": [{"tabs": tabs}], "cookies": cookies}
    )


def compressed(stored: object) -> bytes:
    """Return content in the format of the file."""
    packed: bytes = lz4.block.compress(json.dumps(stored).encode())
    return b"mozLz40\0" + packed
