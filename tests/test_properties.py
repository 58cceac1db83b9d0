"""What must hold for any preferences, cookie, paste and link, tried with generated ones."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings
from lxml import etree

from stravacookies import cartograph
from stravacookies.cli.places import PLACE
from stravacookies.credentials.cookie_files import FORMATS
from stravacookies.errors import StravaError
from stravacookies.heatmap import CLASSIC, CURRENT, MAX_LATITUDE
from stravacookies.josm import entry_set
from stravacookies.josm.preferences import DEFAULT_SITE, NEW, SITES
from stravacookies.josm.schema import NAMESPACE
from stravacookies.josm.xml_edit import MalformedError
from stravacookies.strava.cookies import HeatmapCookies
from tests.made_up import values
from tests.properties import (
    ENTRIES,
    OFFERED,
    SITE,
    check_export,
    check_preferences,
    check_session_in_export,
)

# The same examples in each run; fuzz.py looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\n\t'\"<>&/")
)
SPACE = st.sampled_from(["", "\n", "\n  ", "\r\n\t", "<!-- > /> -->", "<?x y?>"])
BETWEEN = st.sampled_from([" ", "  ", "\n\t"])
EQUALS = st.sampled_from(["=", " = "])
DECLARATIONS = "<!DOCTYPE preferences [<!ELEMENT preferences ANY> <!-- a --> ]>"
SPELLINGS = [SITE, f"file:{SITE}", "/old/strava-heatmap.xml", r"C:\JOSM\strava-heatmap.xml"]
OTHERS = ["https://example.org/strava-heatmap.xml", DEFAULT_SITE, "strava-heatmap-proxy"]
VALUE = TEXT | st.sampled_from([*SPELLINGS, *OTHERS, "strava-heatmap-all-hot"])
KEY = st.sampled_from([SITES, OFFERED, ENTRIES]) | TEXT


@st.composite
def attribute(draw: st.DrawFn, name: str, value: str) -> str:
    """Draw an attribute in either kind of quotes, with line breaks written as JOSM writes them."""
    quote = draw(st.sampled_from("'\""))
    escapes = {quote: f"&#{ord(quote)};", "\n": "&#xA;", "\t": "&#x9;", "\r": "&#xD;"}
    return f"{draw(BETWEEN)}{name}{draw(EQUALS)}{quote}{escape(value, escapes)}{quote}"


@st.composite
def elements(
    draw: st.DrawFn, /, name: str, inside: st.SearchStrategy[str] | None = None, **attributes: str
) -> str:
    """Draw an element, with or without an end tag."""
    content = ""
    if inside is not None:
        children = draw(st.lists(st.tuples(SPACE, inside).map("".join), max_size=4))
        content = "".join([*children, draw(SPACE)])
    tag = name + "".join(draw(attribute(key, value)) for key, value in attributes.items())
    tag += draw(st.sampled_from(["", " ", "\n"]))
    if not content and draw(st.booleans()):
        return f"<{tag}/>"
    return f"<{tag}>{content}</{name}{draw(st.sampled_from(['', ' ']))}>"


ENTRY = VALUE.flatmap(lambda value: elements("entry", value=value))
TAG = st.tuples(KEY | st.just("id"), VALUE).flatmap(
    lambda pair: elements("tag", key=pair[0], value=pair[1])
)
SETTING = st.one_of(
    TAG,
    KEY.flatmap(lambda key: elements("list", ENTRY, key=key)),
    KEY.flatmap(lambda key: elements("maps", elements("map", TAG), key=key)),
    KEY.flatmap(lambda key: elements("lists", elements("list", ENTRY), key=key)),
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Draw preferences with any settings, in any layout, whatever encoding they declare."""
    declared = draw(st.sampled_from(["UTF-8", "UTF-16", "windows-1252"]))
    head = draw(st.just("") | st.just(f"<?xml version='1.0' encoding='{declared}'?>"))
    head += draw(SPACE) + draw(st.sampled_from(["", "<!DOCTYPE preferences>", DECLARATIONS]))
    root = draw(elements("preferences", SETTING, xmlns=NAMESPACE, version="18646"))
    if draw(st.booleans()):  # all names with a prefix
        root = re.sub("<(/?)(?=[a-z])", r"<\1p:", root).replace("xmlns", "xmlns:p", 1)
    return f"{head}{draw(SPACE)}{root}{draw(SPACE)}".encode()


def damaged(content: bytes, data: st.DataObject) -> bytes:
    """Return content with something cut out or put in."""
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(start + 9, len(content))))
    return content[:start] + data.draw(st.binary(max_size=4)) + content[end:]


@given(documents())
@example(NEW)
def test_preferences(document: bytes) -> None:
    """We are registered once and removed again, and all else is as it was."""
    check_preferences(document)


@given(documents(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]), st.data())
def test_damaged_preferences(document: bytes, encoding: str, data: st.DataObject) -> None:
    """Preferences that are damaged, or in another encoding, are refused or edited rightly."""
    content = document.decode().encode(encoding, "xmlcharrefreplace")
    check_preferences(damaged(content, data))


@given(st.data())
def test_damaged_entry_set(data: st.DataObject) -> None:
    """An entry set that is damaged is read, or refused as malformed."""
    cookies = HeatmapCookies.from_values(values(), CLASSIC.cookies)
    content = entry_set.render(CLASSIC.layers(["all"], ["hot"]), [], cookies)
    with suppress(MalformedError):
        entry_set.read(damaged(content, data))


@given(st.text() | st.binary().map(lambda data: data.decode(errors="surrogateescape")))
def test_pasted_text(text: str) -> None:
    """Whatever is pasted is understood or refused."""
    check_export(text)


FIELD = ["name", "value", "domain", "host", "url", "expires", "partitionKey", "storeId"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: (
        st.lists(inside) | st.dictionaries(st.text() | st.sampled_from([*FIELD, "request"]), inside)
    ),
)


@given(st.dictionaries(st.sampled_from(FIELD), ANYTHING), st.sampled_from([json.dumps, repr]))
def test_pasted_json(cookie: dict[str, object], write: Callable[[object], str]) -> None:
    """Whatever an add-on may export is understood or refused."""
    check_export(write([cookie | {"name": "_strava4_session"}]))


COOKIE_NAME = st.from_regex(r"[a-z_]{1,20}", fullmatch=True).filter(lambda name: name not in FIELD)
OTHER_COOKIES = st.lists(st.tuples(COOKIE_NAME, st.from_regex(r"[!-~]{0,40}", fullmatch=True)))
WRITERS: list[Callable[[list[tuple[str, str]]], str]] = [
    lambda cookies: json.dumps([{"Name": name, "Value": value} for name, value in cookies]),
    lambda cookies: repr({"cookies": [{"key": name, "value": value} for name, value in cookies]}),
    lambda cookies: "\n".join(f".strava.com TRUE / TRUE 0 {name} {v}" for name, v in cookies),
    lambda cookies: "; ".join(f"{name}={value.replace(';', '')}" for name, value in cookies),
    lambda cookies: "\n".join(f"{name}\t{v}\t.strava.com\t/\tSession" for name, v in cookies),
    lambda cookies: f"curl 'https://www.strava.com' -b '{WRITERS[3](cookies)}'",
    lambda cookies: f"GET / HTTP/2\nhost: www.strava.com\ncookie: {WRITERS[3](cookies)}",
]


@given(OTHER_COOKIES, OTHER_COOKIES, st.sampled_from(WRITERS))
def test_session_among_others(
    before: list[tuple[str, str]],
    after: list[tuple[str, str]],
    write: Callable[[list[tuple[str, str]]], str],
) -> None:
    """A session is found in each form, whatever other cookies stand around it."""
    text = write([*before, ("_strava4_session", "abc123"), *after])
    check_session_in_export(text, "abc123")


COOKIE = st.text(max_size=60) | st.text(st.characters(min_codepoint=33, max_codepoint=126))


@given(st.fixed_dictionaries(dict.fromkeys(CURRENT.cookies, COOKIE)))
def test_cookie_values(sent: dict[str, str]) -> None:
    """A cookie is refused, or comes out of every file and form as it went in."""
    try:
        cookies = HeatmapCookies.from_values(values() | sent)
    except StravaError:
        return
    layers = CURRENT.layers(["all"], ["hot"])
    header = "; ".join(f"{name}={sent[name]}" for name in CURRENT.cookies)
    query = {name.partition("-")[2]: [sent[name]] for name in CLASSIC.cookies}

    content = entry_set.render(layers, [], cookies)
    url = etree.fromstring(content).findtext("{*}entry/{*}url")
    assert f"{{header(Cookie,{header})}}{layers[0].tile_url(z='{zoom}')}" == url
    read = entry_set.read(content).cookies
    assert read is None or sent == read.values()
    (classic,) = CLASSIC.layers(["all"], ["hot"])
    assert query == parse_qs(entry_set.tile_url(classic, cookies).partition("?")[2])
    (source,) = json.loads(cartograph.render(layers, cookies))["maps"]
    assert [{"key": "Cookie", "value": header}] == source["headers"]
    assert sent == {name: json.loads(FORMATS["json"](cookies))[name] for name in sent}


@pytest.mark.parametrize("name", CURRENT.cookies)
@given(value=st.text(st.sampled_from('ab}{"<>,;\\\r\n\t \x00\x7f\xe9'), min_size=1))
def test_what_could_break_out_is_refused(name: str, value: str) -> None:
    """A value with a character that could end a header, a template, a text or a line is refused."""
    if set(value) <= set("ab"):
        HeatmapCookies.from_values(values() | {name: value})
        return
    with pytest.raises(StravaError):
        HeatmapCookies.from_values(values() | {name: value})


def short_link(latitude: float, longitude: float, zoom: int) -> str:
    """Return OpenStreetmap's short link to a place: each bit halves the part of the world."""
    (south, north), (west, east) = (-90.0, 90.0), (-180.0, 180.0)
    bits = ""
    for _ in range(zoom + 8 + -(zoom + 8) % 3):
        middle = (west + east) / 2
        west, east = (middle, east) if (is_east := longitude >= middle) else (west, middle)
        middle = (south + north) / 2
        south, north = (middle, north) if (is_north := latitude >= middle) else (south, middle)
        bits += f"{is_east:d}{is_north:d}"
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~"
    code = "".join(digits[int("".join(six), 2)] for six in zip(*[iter(bits)] * 6, strict=True))
    return f"https://osm.org/go/{code}{'-' * ((zoom + 8) % 3)}"


@given(
    st.floats(-MAX_LATITUDE + 1, MAX_LATITUDE),
    st.floats(-180, 180, exclude_max=True),
    st.integers(0, 22),
)
def test_short_links(latitude: float, longitude: float, zoom: int) -> None:
    """A short link leads to its place: the pixel at its zoom level, of 256 in a tile."""
    south, west = PLACE.convert(short_link(latitude, longitude, zoom), None, None)
    assert 0 <= latitude - south <= 180 / 2 ** (zoom + 8)
    assert 0 <= longitude - west <= 360 / 2 ** (zoom + 8)
