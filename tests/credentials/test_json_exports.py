"""Cookies anywhere in JSON."""

import json
from typing import Any

import pytest

from tests.credentials.test_text_exports import COOKIE, THREE, read

LIST = [{"name": name, "value": value} for name, value in THREE.items()]
FULL = [cookie | {"domain": ".strava.com", "expirationDate": 4e9} for cookie in LIST]
EVIL = {"name": "_strava4_session", "value": "evil", "domain": ".notstrava.com"}


def renamed(name: str, value: str, **more: object) -> list[dict[str, object]]:
    """Return a list of cookies with other names for the fields."""
    return [{name: each["name"], value: each["value"], **more} for each in LIST]


def har(*entries: tuple[str, list[Any], list[Any]]) -> dict[str, object]:
    """Return a HAR file from a URL, sent cookies, and headers of the answer."""
    return {
        "log": {
            "version": "1.2",
            "entries": [
                {
                    "request": {"url": url, "cookies": sent, "headers": [{"name": "a"}]},
                    "response": {"status": 200, "cookies": [], "headers": answer},
                }
                for url, sent, answer in entries
            ],
        }
    }


MAPS = "https://www.strava.com/maps"
HEADER = {"name": "cookie", "value": COOKIE}
SET = {
    "name": "Set-Cookie",  # several, as Firefox writes them
    "value": "a=b\n_strava4_session=abc123; path=/\n_strava4_session=x; Partitioned",
}
OLD = {"name": "_strava4_session", "value": "old"}


@pytest.mark.parametrize(
    "document",
    [
        LIST,
        [*FULL, EVIL],
        THREE,
        THREE | {"strava_remember_id": 7},
        {name: f" {value} " for name, value in THREE.items()},
        {"cookies": FULL, "origins": [{"origin": "https://x.org", "localStorage": [EVIL]}]},
        {"version": 1, "data": {"cookies": [[FULL]], "domain": "strava.com"}},
        {"a": {"text": json.dumps({"cookies": [*FULL, EVIL]}), "html": "{_strava4_session: 'x'}"}},
        {"url": MAPS, "headers": {"Cookie": COOKIE}},
        {"headers": [f"cookie: {COOKIE}"], "cookies": COOKIE},
        [COOKIE],
        {"headers": [["Cookie", COOKIE]]},
        [*THREE.items(), ["sp", "x"]],
        {".strava.com": {name: {"value": value} for name, value in THREE.items()}},
        {"strava.com": THREE, "example.org": {"_strava4_session": "evil"}},
        [{**cookie, "value": {"type": "string", "value": cookie["value"]}} for cookie in FULL],
        renamed("Name", "Value"),
        renamed("key", "value", domain="strava.com", hostOnly=False),
        renamed("cookie_name", "cookie-value", host_key="www.strava.com"),
        [*renamed("Name raw", "Content raw", **{"Host raw": "https://.strava.com/"}), {}],
        [*FULL, *({**cookie, "domain": "www.strava.com", "value": "x"} for cookie in FULL)],
        [*FULL, *({**cookie, "storeId": "firefox-container-1", "value": "x"} for cookie in FULL)],
        [*FULL, OLD | {"partitionKey": {"topLevelSite": "https://x.org"}}],
        [*FULL, OLD | {"partitionKey": "https://x.org"}],
        [*FULL, OLD | {"partitioned": True}],
        [*FULL, OLD | {"partitionKeyOpaque": True}],
        [*FULL, OLD | {"top_frame_site_key": "https://x.org"}],
        [*FULL, OLD | {"firstPartyDomain": "x.org"}],
        [*FULL, OLD | {"originAttributes": "^userContextId=2&partitionKey=%28https%2Cx.org%29"}],
        [*FULL, OLD | {"originAttributes": {"userContextId": 2}}],
        [*FULL, OLD | {"originAttributes": {"userContextId": 0, "privateBrowsingId": 1}}],
        [*FULL, OLD | {"expires": 1796}],
        [*FULL, OLD | {"expirationDate": 1500000000000}],
        [*FULL, OLD | {"expiry": "2001-11-26T07:28:00.000Z"}],
        [*FULL, OLD | {"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}],
        [
            cookie | {"expires": expires, "partitionKey": {"topLevelSite": ""}, "storeId": "0"}
            for cookie, expires in zip(FULL, (-1, None, "Session"), strict=True)
        ],
    ],
)
def test_cookies_anywhere(document: object) -> None:
    """Cookies count wherever they are and however their fields are spelt; closer ones first."""
    assert ("JSON", THREE) == read(json.dumps(document))


@pytest.mark.parametrize(
    "document",
    [
        har((MAPS, LIST, [])),
        har(
            (MAPS, [HEADER], []), ("https://x.org/", [HEADER | {"value": "_strava4_session=x"}], [])
        ),
        har((MAPS, [*LIST[1:], OLD], [SET])),
        har((MAPS, [OLD], []), (MAPS, FULL, []), ("https://notstrava.com/", [OLD], [])),
    ],
)
def test_har_is_in_the_order_of_time(document: object) -> None:
    """In a HAR file, the last value that Strava got or sent counts."""
    assert ("a HAR file", THREE) == read(json.dumps(document, indent=1))


@pytest.mark.parametrize(
    "document",
    [
        {"Response Cookies": THREE, "Request Cookies": {"_strava4_session": "old"}},
        {"requestHeaders": {"cookie": "_strava4_session=old"}, "responseHeaders": {"": COOKIE}},
    ],
)
def test_answer_comes_after_the_request(document: object) -> None:
    """What Strava sent counts more than what it got, in any order, as Firefox copies both."""
    assert ("JSON", THREE) == read(json.dumps(document))


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("JSON", "\n".join(map(json.dumps, LIST))),
        ("JSON", f"'{json.dumps(FULL)}'"),
        ("JSON", f'[{json.dumps(FULL)}, {{"a tab": "\t", "long": 1{"0" * 9999}}}]'),
        ("a list or dictionary of Python", repr([*FULL, {"secure": True, "path": None}])),
        ("a list or dictionary of Python", repr({"a": (r"\d", LIST), 1: b"x"})),
        ("a list or dictionary of Python", f"{{'cookie': '{COOKIE}',}}"),
    ],
)
def test_spellings_of_json(form: str, text: str) -> None:
    """JSON may be several values, or not quite valid; and Python's own spelling will do."""
    assert (form, THREE) == read(text)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([*FULL, EVIL])[:-3],
        json.dumps({"cookies": FULL})[:-1],
        json.dumps(FULL).replace("}, {", "}\n{"),
        json.dumps(har((MAPS, LIST, [])))[:-50],
        f"[{', '.join(json.dumps(cookie | {'secure': True}) for cookie in FULL)},]",
    ],
)
def test_damaged_json(text: str) -> None:
    """Of JSON that is cut off or damaged, the cookies that are whole are read."""
    assert ("JSON", THREE) == read(text)


SCRIPT = """cookies = [
  {{name: '_strava4_session', partitionKey: {{}}, top_frame_site_key: null, {}}},
  {{name: '_strava4_session', partitioned: true, value: 'old'}},
  {{domain: '.strava.com', name: '_strava4_session', partitionKey: {{a: 'x'}}, value: 'old'}},
  {{'name': '_strava4_session', 'domain' => "x.org", 'value' => "evil"}}, // it's
];"""


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("text", SCRIPT.format("value: 'abc123'")),
        ("text", SCRIPT.format("'value': \"abc123\",").replace("\n", "").replace(" = ", "=")),
        ("JSON", SCRIPT.format("value: 'abc123'").partition("= ")[2]),
        ("JSON", "[{ _strava4_session: 'abc123', 'a': \"it's\" }]"),
        ("text", f"My cookies:\n{json.dumps([*FULL[:1], OLD | {'partitionKey': {'a': 'x'}}])}"),
    ],
)
def test_objects_of_other_languages(form: str, text: str) -> None:
    """Cookies are read from JavaScript and PHP, and from JSON within other text."""
    assert (form, {"_strava4_session": "abc123"}) == read(text)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("JSON", "[]"),
        ("JSON", "[1, null, {}, [[]], true, 1.5]"),
        ("JSON", json.dumps([EVIL, OLD | {"url": "https://x.org/"}])),
        ("JSON", json.dumps({"domain": "localhost", "cookies": {"_strava4_session": "x"}})),
        ("JSON", json.dumps({"log": [{"text": "_strava4_session=x"}], "request": 1})),
        ("JSON", json.dumps(LIST)[:20]),
        ("JSON", "[" * 100_000),
        ("JSON", "{'a': " * 100_000),
        ("JSON", "[[" + "-" * 100_000),
        ("JSON", "['a'," * 1_000_000),
        ("a HAR file", json.dumps(har(("https://strava.com.x.org/", [HEADER], [])))),
    ],
)
def test_no_cookies_of_strava(form: str, text: str) -> None:
    """JSON without Strava's cookies, and what only begins like JSON, gives nothing."""
    assert (form, {}) == read(text)
