"""Reads Strava's cookies out of what a browser's add-ons export; the form is told by the content.

- JSON: a list of objects with `name` and `value`, perhaps a `domain` (strava-cookie-exporter,
  Cookie-Editor);
- JSON as `stravacookies cookies --format json` prints it: an object of values by name;
- Netscape's cookies.txt: seven columns, separated by tabs (https://curl.se/docs/http-cookies.html);
- a header: `name=value; name=value`;
- the bare value of `_strava4_session`.
"""

import json
import re
from collections.abc import Iterable, Iterator

from stravacookies.cookies import EXPIRES, TODAY_COOKIES, is_cookie_value
from stravacookies.errors import BadExportError
from stravacookies.session import SESSION, SESSION_COOKIES, is_strava

_WANTED = (*SESSION_COOKIES, *TODAY_COOKIES, EXPIRES)

LONGEST = 1_000_000
"""Bytes; a browser's whole store of cookies is smaller."""


def cookies_from_export(content: bytes, source: str) -> dict[str, str]:
    """Return the cookies by which Strava knows a user, by name.

    Args:
        content: What was exported.
        source: Where it came from, for the error.

    Raises:
        BadExportError: There is none of them in it, or one is there twice or cannot be a cookie.
    """
    if len(content) > LONGEST:
        raise BadExportError(source, "it is far too long")
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise BadExportError(source, "it is not text") from None
    found: dict[str, str] = {}
    for name, value in _pairs(text):
        if name not in _WANTED or not value:
            continue
        if not is_cookie_value(value):
            raise BadExportError(source, f"its {name} holds characters that no cookie may hold")
        if found.setdefault(name, value) != value:
            raise BadExportError(source, f"it holds two different {name}")
    if not found:
        raise BadExportError(source, "there is none of Strava's cookies in it")
    return found


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Find names and values, of Strava's cookies and perhaps others."""
    if text.startswith(("[", "{")):
        return _from_json(text)
    lines = text.split("\n")
    if any(line.count("\t") == 6 for line in lines):
        return _from_netscape(lines)
    if any(f"{name}=" in text for name in _WANTED):
        return _from_header(text)
    value = text.strip("\"'")
    return iter([(SESSION, value)] if is_cookie_value(value) else [])


def _from_json(text: str) -> Iterator[tuple[str, str]]:
    try:
        cookies = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(cookies, dict):
        cookies = [{"name": name, "value": value} for name, value in cookies.items()]
    for cookie in cookies if isinstance(cookies, list) else ():
        match cookie:
            case {"domain": str(domain)} if not is_strava(domain):
                continue
            case {"name": str(name), "value": str(value)}:
                yield name, value.strip("\"'")


def _from_netscape(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        columns = line.rstrip("\r").removeprefix("#HttpOnly_").split("\t")
        if len(columns) == 7 and not columns[0].startswith("#") and is_strava(columns[0]):
            yield columns[5], columns[6]


def _from_header(text: str) -> Iterator[tuple[str, str]]:
    for pair in re.sub("^cookie:", "", text, flags=re.IGNORECASE).split(";"):
        name, _, value = pair.strip().partition("=")
        yield name, value.strip("\"'")
