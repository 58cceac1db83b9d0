"""Find Strava's cookies anywhere in JSON, or in lists and dictionaries as Python prints them.

Examples are the lists that add-ons export, Playwright's storage state, objects of values by name,
and HAR files: http://www.softwareishard.com/blog/har-12-spec/.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache

from stravacookies.credentials.text_exports import NAMES, Cookie, Found, from_lines, host_of
from stravacookies.strava.session import is_strava

# Numbers stay text, whatever their length.
_DECODER = json.JSONDecoder(strict=False, parse_int=str)
_BRACKETS = ("[", "{")
_JSON_START = re.compile(r"[\[{]\s*(?:[\[{\"']|\Z)")
_OBJECT = re.compile(r"\{(?:[^{}]++|\{[^{}]*+\})*+\}")  # it may hold others: a partition key
_FIELD = re.compile(
    r"""(?<![\w\ -])["']?([\w\ -]++)["']?\s*(?::|=>)\s*
    ("(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|\{[^{}]*\}|[^\s,}]+)""",
    re.VERBOSE,
)
_WORDS = {"true": True, "false": False, "null": None, "none": None, "undefined": None, "{}": None}
"""What the words of JSON, JavaScript and Python mean, in lower case."""

_BETWEEN_DOCUMENTS = re.compile(r"[\s,;]*")
_LONGEST_LITERAL = 2_000_000
"""Characters; Python needs 300 MB for more of its own literals."""

# The spellings of a cookie's fields, in lower case and without spaces, hyphens and underscores.
_NAME = ("name", "nameraw", "cookiename", "key")
_VALUE = ("value", "valueraw", "contentraw", "content", "cookievalue")
_DOMAIN = ("domain", "domainraw", "hostraw", "host", "hostkey", "hostname", "cookiedomain")
_EXPIRY = ("expiresraw", "expires", "expirationdate", "expiry", "expiration", "expiresat")
_STORES = ("storeid", "storeraw", "usercontextid", "privatebrowsingid")
_SITE = ("domain", "url", "origin")
_SEPARATORS = str.maketrans("", "", " -_")

_USUAL_STORES = ("", "0", "firefox-default")
_COOKIE_HEADERS = ("cookie", "setcookie")
_HEADERS = (*_COOKIE_HEADERS, "cookies", "header", "headers")
_SITE_AS_KEY = re.compile(r"(?:https?://)?\.?(?:[\w-]+\.)+[a-z]{2,}(?:[:/].*)?", re.IGNORECASE)


def read_json(text: str) -> Found | None:
    """Read JSON, also several values one after the other, and lists or dictionaries of Python."""
    text = text.strip("'`")  # the consoles of browsers print them around a text
    if not text.startswith(_BRACKETS):
        return None
    try:
        documents = _documents(text)
    except (ValueError, RecursionError):
        if literal := _python_as_json(text):
            return Found("a list or dictionary of Python", list(_walk(_documents(literal))))
        found = Found("JSON", list(_walk(_whole_objects(text))) or None)
        return found if _JSON_START.match(text) else None
    log = documents[0].get("log") if isinstance(documents[0], dict) else None
    is_har = isinstance(log, dict) and "entries" in log
    return Found("a HAR file" if is_har else "JSON", list(_walk(documents)))


def _documents(text: str) -> list[object]:
    """Return the JSON values in a text."""
    documents, end = [], 0
    while end < len(text):
        document, end = _DECODER.raw_decode(text, end)
        documents.append(document)
        if gap := _BETWEEN_DOCUMENTS.match(text, end):
            end = gap.end()
    return documents


def read_objects(text: str) -> Found | None:
    """Read objects with our cookies anywhere in a text, such as a script."""
    cookies = list(_walk(_whole_objects(text)))
    return Found("text", cookies) if cookies else None


def _whole_objects(text: str) -> list[object]:
    """Return the small objects with our cookies in a text, in JSON or in a language like it."""
    objects: list[object] = []
    for found in _OBJECT.finditer(text):
        if any(name in found[0] for name in NAMES):
            try:
                objects.append(_DECODER.decode(found[0]))
            except ValueError:
                fields = _FIELD.findall(found[0])
                objects.append({key.strip(): _literal(value) for key, value in fields})
    return objects


def _literal(text: str) -> object:
    return text[1:-1] if text.startswith(("'", '"')) else _WORDS.get(text.lower(), text)


def _python_as_json(text: str) -> str:
    """Return what Python has printed as JSON; an empty text if it is something else."""
    import ast  # imported here: few texts are Python
    import warnings

    if len(text) > _LONGEST_LITERAL:
        return ""
    with (
        suppress(ValueError, TypeError, SyntaxError, MemoryError, RecursionError),
        warnings.catch_warnings(action="ignore"),
    ):
        return json.dumps(ast.literal_eval(text), skipkeys=True, default=str)
    return ""


def _walk(documents: list[object]) -> Iterator[Cookie]:
    """Yield the cookies in JSON values, in their order."""
    turns = 0
    waiting: list[tuple[object, str, str, int]] = [(documents, "", "", 0)]
    while waiting:
        packed, key, site, turn = waiting.pop()
        value = _unpacked(packed)
        if _is_part(key, "request", "response"):
            turns = turn = turns + 2
        if isinstance(value, dict):
            fields = {_plain(name): each for name, each in value.items()}
            site = _site(fields) or (host_of(key) if _SITE_AS_KEY.fullmatch(key) else site)
            yield from _from_fields(fields, key, site, turn)
            children = sorted(value.items(), key=lambda child: _is_part(child[0], "response"))
        elif isinstance(value, list):
            children = [tuple(value)] if _is_pair(value) else [(key, each) for each in value]
        else:
            yield from _from_string(str(value), key, site, turn)
            continue
        useful = [(each, name, site, turn) for name, each in children if _is_useful(name, each)]
        waiting += reversed(useful)


def _unpacked(value: object) -> object:
    """Return the JSON in a string with our cookies, or else the value as it is."""
    if isinstance(value, str) and value.startswith(_BRACKETS):
        with suppress(ValueError, RecursionError):
            if any(name in value for name in NAMES):
                return _documents(value)
    return value


def _is_pair(value: list[object]) -> bool:
    """Return whether a list is a name and a value, as `Object.entries` of JavaScript makes them."""
    name = value[0] if len(value) == 2 else None
    return isinstance(name, str) and (name in NAMES or _plain(name) in _COOKIE_HEADERS)


def _is_useful(name: str, value: object) -> bool:
    if isinstance(value, str):
        is_named = name in NAMES or _plain(name) in _HEADERS
        return is_named or not name or value.startswith(_BRACKETS)
    return bool(value) and isinstance(value, dict | list)


def _is_part(key: str, *parts: str) -> bool:
    """Return whether a key names a part of an exchange, such as Firefox's "Response Cookies"."""
    return _plain(key).startswith(parts)


@lru_cache(1000)
def _plain(name: str) -> str:
    return name.lower().translate(_SEPARATORS)


def _first(fields: Mapping[str, object], spellings: tuple[str, ...]) -> str:
    """Return the first text or number among the spellings of a field."""
    found = (fields[each] for each in spellings if isinstance(fields.get(each), str | float))
    return str(next(found, ""))


def _site(fields: Mapping[str, object]) -> str:
    request = fields.get("request")  # in a HAR file, its answer is beside it
    site = _first(fields, _SITE) or (_first(request, _SITE) if isinstance(request, dict) else "")
    return host_of(site)


def _from_fields(fields: Mapping[str, object], key: str, site: str, turn: int) -> Iterator[Cookie]:
    """Yield the cookies of a JSON object that is a cookie, or a header."""
    inner = fields.get("value")
    if isinstance(inner, dict):  # as WebDriver BiDi writes it, with its type
        fields = {**fields, **inner}
    name, value = _first(fields, _NAME) or key, _first(fields, _VALUE)
    if _plain(name) in _COOKIE_HEADERS:
        yield from _from_string(value, name, site, turn)
    elif name in NAMES:
        fields = _with_attributes(fields)
        yield Cookie(
            name,
            value.strip(" \"'"),
            site,
            host_of(_first(fields, _DOMAIN)),
            _first(fields, _EXPIRY),
            _is_partitioned(fields),
            any(_first(fields, (each,)) not in _USUAL_STORES for each in _STORES),
            turn,
        )


def _with_attributes(fields: Mapping[str, object]) -> Mapping[str, object]:
    """Add the origin attributes of Firefox, which are an object or a query string."""
    attributes = fields.get("originattributes")
    if isinstance(attributes, str):
        attributes = dict(part.partition("=")[::2] for part in attributes.lstrip("^").split("&"))
    if not isinstance(attributes, dict):
        return fields
    return {**fields, **{_plain(name): value for name, value in attributes.items()}}


def _is_partitioned(fields: Mapping[str, object]) -> bool:
    first_party = _first(fields, ("firstpartydomain",))
    if first_party and not is_strava(first_party):
        return True
    if True in (fields.get("partitioned"), fields.get("partitionkeyopaque")):
        return True
    key = fields.get("partitionkey") or fields.get("topframesitekey")
    return any(key.values()) if isinstance(key, dict) else bool(key)


def _from_string(text: str, key: str, site: str, turn: int) -> Iterator[Cookie]:
    """Yield the cookies of a JSON string that is the value of one, or a header."""
    if key in NAMES:
        yield Cookie(key, text.strip(" \"'"), site, turn=turn)
    elif not key or _plain(key) in _HEADERS:
        yield from from_lines(f"{key}: {text}".replace("\n", f"\n{key}: "), site, turn)
