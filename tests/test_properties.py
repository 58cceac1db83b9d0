"""What must hold for any preferences, any cookie and any paste, tried with generated ones."""

import json
from urllib.parse import parse_qs
from xml.sax.saxutils import quoteattr

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings
from lxml import etree

from stravacookies import render
from stravacookies.cookies import TODAY_COOKIES, HeatmapCookies
from stravacookies.errors import BadCookieError, MissingCookieError
from stravacookies.formats import FORMATS
from stravacookies.heatmap import CLASSIC, TODAY
from stravacookies.josm.preferences import DEFAULT_SITE, ENTRIES, NAMESPACE, NEW, OFFERED, SITES
from tests.made_up import values
from tests.properties import SITE, check_export, check_preferences

# The same examples in each run; fuzz.py looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\n\t'\"<>&/")
)
SPACE = st.sampled_from(["", "\n", "\n  ", "\r\n\t", "<!-- > /> -->", "<?x y?>"])
VALUE = TEXT | st.sampled_from(
    [
        SITE,
        f"file:{SITE}",
        f"file://{SITE}",
        "/old/strava-heatmap.xml",
        r"C:\JOSM\strava-heatmap.xml",
        "https://example.org/strava-heatmap.xml",
        DEFAULT_SITE,
        "strava-heatmap-all-hot",
        "strava-heatmap-run-blue",
    ]
)
KEY = st.sampled_from([SITES, OFFERED, ENTRIES]) | TEXT


def attribute(name: str, value: str) -> str:
    """An attribute, with line breaks written as JOSM writes them."""
    quoted = quoteattr(value, {"\n": "&#xA;", "\t": "&#x9;", "\r": "&#xD;"})
    return f"{name}={quoted}"


@st.composite
def elements(draw: st.DrawFn, name: str, key: str, inside: st.SearchStrategy[str]) -> str:
    """An element, with or without an end tag."""
    children = "".join(draw(st.lists(st.tuples(SPACE, inside).map("".join), max_size=4)))
    attributes = f" {attribute('key', key)}" if key else ""
    if not children and draw(st.booleans()):
        return f"<{name}{attributes} />"
    return f"<{name}{attributes}>{children}{draw(SPACE)}</{name}>"


ENTRY = VALUE.map(lambda value: f"<entry {attribute('value', value)}/>")
TAG = st.tuples(KEY | st.just("id"), VALUE).map(
    lambda pair: f"<tag {attribute('key', pair[0])} {attribute('value', pair[1])}/>"
)
SETTING = st.one_of(
    TAG,
    KEY.flatmap(lambda key: elements("list", key, ENTRY)),
    KEY.flatmap(lambda key: elements("maps", key, elements("map", "", TAG))),
    KEY.flatmap(lambda key: elements("lists", key, elements("list", "", ENTRY))),
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Preferences with any settings, in any layout and encoding."""
    encoding = draw(st.sampled_from(["UTF-8", "utf-8-sig", "UTF-16", "ISO-8859-1", "US-ASCII"]))
    inside = "".join(draw(st.lists(st.tuples(SPACE, SETTING).map("".join), max_size=6)))
    declared = encoding.removesuffix("-sig")
    text = f"<?xml version='1.0' encoding='{declared}'?>{draw(SPACE)}"
    text += f"<preferences xmlns='{NAMESPACE}'>{inside}{draw(SPACE)}</preferences>{draw(SPACE)}"
    return text.encode(encoding, "xmlcharrefreplace")


@given(documents())
@example(NEW)
def test_preferences(document: bytes) -> None:
    """We are registered once and taken out again, and all else is as it was."""
    check_preferences(document)


@given(documents(), st.data())
def test_damaged_preferences(document: bytes, data: st.DataObject) -> None:
    """Preferences with something cut out or put in are refused, or edited as rightly."""
    start = data.draw(st.integers(0, len(document)))
    end = data.draw(st.integers(start, min(start + 9, len(document))))
    check_preferences(document[:start] + data.draw(st.binary(max_size=4)) + document[end:])


@given(st.text() | st.binary().map(lambda data: data.decode(errors="surrogateescape")))
def test_pasted_text(text: str) -> None:
    """Whatever is pasted is understood or refused."""
    check_export(text)


@given(st.dictionaries(st.sampled_from(["name", "value", "domain"]), st.text() | st.none()))
def test_pasted_json(cookie: dict[str, str | None]) -> None:
    """Whatever an add-on may export is understood or refused."""
    check_export(json.dumps([cookie | {"name": "_strava4_session"}]))


COOKIE = st.text(max_size=60) | st.text(st.characters(min_codepoint=33, max_codepoint=126))


@given(st.fixed_dictionaries(dict.fromkeys(TODAY_COOKIES, COOKIE)))
def test_cookie_values(sent: dict[str, str]) -> None:
    """A cookie is refused, or comes out of every file and form as it went in."""
    try:
        cookies = HeatmapCookies.from_values(values() | sent)
    except (BadCookieError, MissingCookieError):
        return
    (layer,) = TODAY.layers(["all"], ["hot"])
    (classic,) = CLASSIC.layers(["all"], ["hot"])
    header = "; ".join(f"{name}={sent[name]}" for name in TODAY_COOKIES)
    query = {
        "Key-Pair-Id": [sent["CloudFront-Key-Pair-Id"]],
        "Policy": [sent["CloudFront-Policy"]],
        "Signature": [sent["CloudFront-Signature"]],
    }

    today = etree.fromstring(render.josm_entry_set([layer], [], cookies).encode())
    url = today.findtext("{*}entry/{*}url")
    assert f"{{header(Cookie,{header})}}https://" == str(url)[: len(header) + 25]
    old = etree.fromstring(render.josm_entry_set([classic], [], cookies).encode())
    assert query == parse_qs(str(old.findtext("{*}entry/{*}url")).partition("?")[2])
    (source,) = json.loads(render.cartograph_map_source([layer], cookies))["maps"]
    assert [{"key": "Cookie", "value": header}] == source["headers"]
    assert sent == {name: json.loads(FORMATS["json"](cookies))[name] for name in sent}


@pytest.mark.parametrize("name", TODAY_COOKIES)
@given(value=st.text(st.sampled_from('ab}{"<>,;\\\r\n\t \x00\x7f\xe9'), min_size=1))
def test_what_could_break_out_is_refused(name: str, value: str) -> None:
    """One character that could end a header, a template, a text or a line is one too many."""
    if set(value) <= set("ab"):
        HeatmapCookies.from_values(values() | {name: value})
        return
    with pytest.raises(BadCookieError):
        HeatmapCookies.from_values(values() | {name: value})
