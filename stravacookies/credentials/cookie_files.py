"""Read and write Strava's cookies in the forms in which they are exported, pasted and passed on.

These forms are read, and recognised by their content:

- JSON: a list of objects with `name` and `value`, perhaps a `domain` (strava-cookie-exporter,
  Cookie-Editor);
- JSON as `stravacookies cookies --format json` prints it: an object of values by name;
- Netscape's cookies.txt: seven columns, separated by tabs (https://curl.se/docs/http-cookies.html);
- a header: `name=value; name=value`;
- the bare value of `_strava4_session`.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from stravacookies.errors import NotLoggedInError
from stravacookies.heatmap import CURRENT
from stravacookies.strava.cookies import EXPIRES, HeatmapCookies, is_cookie_value
from stravacookies.strava.session import DOMAIN, SESSION, SESSION_COOKIES, is_strava

_WANTED = (*SESSION_COOKIES, *CURRENT.cookies, EXPIRES)

LONGEST = 1_000_000
"""Bytes; a browser's whole store of cookies is smaller."""


def read_cookies(content: bytes, source: str) -> dict[str, str]:
    """Return Strava's cookies by name from what was exported or pasted.

    Raises:
        NotLoggedInError: It contains none of them, two values of one, or one that is unusable.
    """
    if len(content) > LONGEST:
        raise _no_session(source, "it is far too long")
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise _no_session(source, "it is not text") from None
    found: dict[str, str] = {}
    for name, value in _pairs(text):
        if name not in _WANTED or not value:
            continue
        if not is_cookie_value(value):
            raise _no_session(source, f"its {name} contains characters that no cookie may contain")
        if found.setdefault(name, value) != value:
            raise _no_session(source, f"it contains two different values of {name}")
    if not found:
        raise _no_session(source, "it contains none of Strava's cookies")
    return found


def _no_session(source: str, why: str) -> NotLoggedInError:
    return NotLoggedInError(
        f"{source} contains no Strava session: {why}. Export the cookies of strava.com with an"
        " add-on (as JSON, cookies.txt or a header), or use the value of _strava4_session."
    )


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield names and values, of Strava's cookies and perhaps of others."""
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


def as_json(cookies: HeatmapCookies) -> str:
    """Return a JSON object of the cookies by name, with `expires` in ISO 8601 beside them."""
    return json.dumps(cookies.values() | {"expires": cookies.expires.isoformat()}, indent=2)


def as_netscape(cookies: HeatmapCookies) -> str:
    """Return a cookies.txt, for curl and the like: https://curl.se/docs/http-cookies.html."""
    expiry = int(cookies.expires.timestamp())
    lines = (
        "\t".join((DOMAIN, "TRUE", "/", "TRUE", str(expiry), name, value))
        for name, value in cookies.values().items()
    )
    return "\n".join(("# Netscape HTTP Cookie File", *lines))


FORMATS: Mapping[str, Callable[[HeatmapCookies], str]] = {
    "header": HeatmapCookies.header,
    "query": HeatmapCookies.query,
    "json": as_json,
    "netscape": as_netscape,
}
"""How cookies can be written, by the name of the format."""
