"""Read Strava's cookies in the forms in which they are exported and pasted, and write them."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from stravacookies.credentials import firefox_windows
from stravacookies.credentials.json_exports import read_json, read_objects
from stravacookies.credentials.text_exports import (
    NAMES,
    Cookie,
    Found,
    read_fields,
    read_form,
    read_netscape,
    read_requests,
    read_storage_rows,
    read_value,
    read_variable,
)
from stravacookies.strava.cookies import HeatmapCookies, is_cookie_value, token_expiry
from stravacookies.strava.session import DOMAIN, REMEMBER_TOKEN, SESSION, is_strava
from stravacookies.wording import local_time

_READERS = (
    *(read_json, read_netscape, read_storage_rows, read_requests, read_objects, read_fields),
    *(read_variable, read_form, read_value),
)
"""What reads a text; the first one that knows its form is right."""

_FENCED = re.compile(r"```[\w+-]*\n(.*?)\n?```", re.DOTALL)
_MENTIONED = re.compile(rf"{SESSION}(?![\w.-])")

# What chat programs and word processors put in place of the characters that were typed.
_SPACES = {0xA0: " ", 0x202F: " "} | dict.fromkeys((0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF))
_QUOTES = str.maketrans("\u201c\u201d\u201e\u201f\xab\xbb\u2018\u2019\u201a", '"' * 6 + "'" * 3)

LONGEST = 20 * 2**20
"""Bytes; a browser's whole store of cookies is smaller, and so are most HAR files."""

_NEITHER = (
    "has neither _strava4_session of strava.com, nor strava_remember_token with strava_remember_id,"
    " nor all heatmap cookies with time left"
)
_ADVICE = (
    "Log in at https://www.strava.com, and export its cookies with an add-on (as JSON, cookies.txt"
    " or a header), or copy the value of _strava4_session."
)


@dataclass(frozen=True, slots=True)
class Export:
    """What a source contains. `repr` hides the cookies.

    Attributes:
        cookies: The usable values of Strava's cookies by name.
        why_not: What to say after the name of the source if they are no session.
    """

    cookies: Mapping[str, str] = field(repr=False)
    why_not: str = f"contains no Strava session: it {_NEITHER}."


def read_export(content: bytes) -> Export:
    """Return Strava's cookies from what was exported or pasted, in any form.

    As in a browser, expired and partitioned cookies are left out, and so are those of other sites.
    A cookie of the whole domain comes before one of a host, one outside containers before one
    inside, and a later one before an earlier one.
    """
    if len(content) > LONGEST:
        return Export({}, f"is larger than {LONGEST >> 20} MB. {_ADVICE}")
    if content.startswith(firefox_windows.MAGIC):
        try:
            content = firefox_windows.decompressed(content)
        except (ValueError, MemoryError):
            return Export({}, f"is Firefox's list of its windows, but it is damaged. {_ADVICE}")
    text = _decode(content)
    if not text:
        return Export({}, f"is empty. {_ADVICE}")
    found = next((found for read in _READERS if (found := read(text))), None)
    if found is None and _MENTIONED.search(text):
        found = Found("text", [])
    if found is None:
        why = "is neither an export of cookies, nor the value of _strava4_session"
        return Export({}, f"{why}. {_ADVICE}")
    if found.cookies is None:
        return Export({}, f"is {found.form}, but it is cut off or damaged. {_ADVICE}")
    cookies, faults = _choose(found.cookies, datetime.now(UTC))
    unread = SESSION not in {cookie.name for cookie in found.cookies} and _MENTIONED.search(text)
    neither = f"no value was found for its {SESSION}" if unread else f"it {_NEITHER}"
    return Export(cookies, f"is {found.form}, but {next(iter(faults), neither)}. {_ADVICE}")


def _decode(content: bytes) -> str:
    """Return bytes as text without space around it; a byte that is not text spoils only itself.

    PowerShell's `>` writes UTF-16, and some programs leave out its mark.
    """
    even, odd = b"\0" in content[:100:2], b"\0" in content[1:100:2]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif even == odd or SESSION.encode() in content:  # it may be binary
        encoding = "utf-8"
    else:
        encoding = "utf-16-be" if even else "utf-16-le"
    text = content.decode(encoding, errors="replace")
    if not text.isascii():
        text = text.translate(_SPACES)
        if '"' not in text:  # otherwise, they are within its quotes
            text = text.translate(_QUOTES)
    text = text.strip(" \t\r\n\0").replace("\r\n", "\n").replace("\r", "\n")
    fenced = _FENCED.fullmatch(text)
    return fenced[1].strip() if fenced else text


def _choose(cookies: Iterable[Cookie], now: datetime) -> tuple[dict[str, str], list[str]]:
    """Choose one value for each name; return them, and what is wrong with names that have none."""
    chosen, faults = {}, []
    ours = [cookie for cookie in cookies if is_strava(cookie.domain or cookie.site or DOMAIN)]
    for name in NAMES:
        rivals = [(cookie, _fault(cookie, now)) for cookie in ours if cookie.name == name]
        usable = [cookie for cookie, fault in rivals if not fault]
        best = max(map(_rank, usable), default=None)
        values = {cookie.value for cookie in usable if _rank(cookie) == best}
        if len(values) == 1:
            chosen[name] = values.pop()
        elif values:
            faults.append(f"it has two different values of {name}")
        elif rivals:
            _, fault = max(rivals, key=lambda rival: _closeness(rival[0]))
            faults.append(f"its {name} {fault}")
    return chosen, faults


def _rank(cookie: Cookie) -> tuple[bool, bool, bool, int, int]:
    """Return what decides between usable cookies of one name; the highest is used."""
    domain = cookie.domain or DOMAIN
    is_sent = f".www{DOMAIN}".endswith(f".{domain.lstrip('.')}")  # to www.strava.com
    return not cookie.is_in_container, domain == DOMAIN, is_sent, -len(domain), cookie.turn


def _closeness(cookie: Cookie) -> tuple[bool, bool]:
    """Return what decides which of several unusable cookies people mean; the highest is named."""
    return not cookie.is_partitioned, bool(cookie.value)


def _fault(cookie: Cookie, now: datetime) -> str:
    """Return why a cookie cannot be used; an empty text if it can."""
    if cookie.is_partitioned:
        return "was set inside another site's page"
    if not cookie.value:
        return "is empty"
    if not is_cookie_value(cookie.value) or cookie.value.endswith(".."):
        return "is cut off, or contains characters that no cookie may contain"
    token = token_expiry(cookie.value) if cookie.name == REMEMBER_TOKEN else None
    expiry = min(filter(None, (_expiry(cookie.expires), token)), default=None)
    return f"expired on {local_time(expiry)}" if expiry and expiry <= now else ""


def _expiry(stated: str) -> datetime | None:
    """Return when a cookie expires; None if that is unknown, or when the browser is closed."""
    if not stated:
        return None
    seconds = 0.0
    try:
        seconds = float(stated)
        if seconds > 1e12:  # it is in milliseconds; the last second of the year 9999 is less
            seconds /= 1000
    except ValueError:
        if date := _date(stated):
            seconds = max(1.0, date.timestamp())  # the year 1970 deletes a cookie
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 7e9 else None


def _date(text: str) -> datetime | None:
    """Return a date of JSON or of HTTP, in UTC unless it has a time zone."""
    from email.utils import parsedate_to_datetime  # imported here: few forms have dates

    for read in (datetime.fromisoformat, parsedate_to_datetime):
        with suppress(ValueError, TypeError, OverflowError):
            date = read(text)
            return date if date.tzinfo else date.replace(tzinfo=UTC)
    return None


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
