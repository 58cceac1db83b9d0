"""Exported and pasted cookies, in every form that add-ons give them."""

import json

import pytest

from stravacookies.credentials.cookie_files import LONGEST, read_cookies
from stravacookies.errors import NotLoggedInError
from tests.credentials.conftest import exactly

SESSION = {"_strava4_session": "abc123"}
THREE = {**SESSION, "strava_remember_id": "7", "strava_remember_token": "a.b.c"}

EXPORTER = [{"name": name, "value": value} for name, value in THREE.items()]
EDITOR = [cookie | {"domain": ".strava.com", "expirationDate": 1.5e9} for cookie in EXPORTER]
EVIL = {"name": "_strava4_session", "value": "evil", "domain": ".notstrava.com"}
NETSCAPE = """# Netscape HTTP Cookie File
# https://curl.se/docs/http-cookies.html

#HttpOnly_.strava.com\tTRUE\t/\tTRUE\t1796000000\t_strava4_session\tabc123
.strava.com\tTRUE\t/\tTRUE\t0\tstrava_remember_id\t7
www.strava.com\tFALSE\t/\tTRUE\t0\tstrava_remember_token\ta.b.c
.notstrava.com\tTRUE\t/\tTRUE\t0\t_strava4_session\tevil
"""
HEADER = "; ".join(f"{name}={value}" for name, value in THREE.items()) + "; sp=x"

FORMS = {
    "exporter": json.dumps(EXPORTER),
    "editor": json.dumps([*EDITOR, EVIL]),
    "our own JSON": json.dumps(THREE),
    "cookies.txt": NETSCAPE,
    "cookies.txt of Windows": NETSCAPE.replace("\n", "\r\n"),
    "header": HEADER,
    "header with its name": f"Cookie: {HEADER}\n",
    "header of HTTP/2": f"cookie:\t{HEADER}\n",
}


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "with byte-order mark"])
@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_content_tells_the_form(text: str, mark: str) -> None:
    """Each form is read, without the cookies of other sites."""
    assert THREE == read_cookies((mark + text).encode(), "a file")


@pytest.mark.parametrize(
    "text",
    [
        "abc123",
        " abc123\n",
        "abc123".ljust(LONGEST),
        '"abc123"',
        "'abc123'",
        "_strava4_session=abc123",
        json.dumps([{"name": "_strava4_session", "value": v} for v in ("", "abc123", "abc123")]),
    ],
)
def test_bare_value(text: str) -> None:
    """The value alone is a session; empty and equal duplicates do not count."""
    assert SESSION == read_cookies(text.encode(), "a file")


def netscape(value: str) -> bytes:
    """Return a cookies.txt with one session."""
    return f".strava.com\tTRUE\t/\tTRUE\t0\t_strava4_session\t{value}\n".encode()


NONE = "it contains none of Strava's cookies"
BAD = "its _strava4_session contains characters that no cookie may contain"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", NONE),
        (b"   \n", NONE),
        (b"two words", NONE),
        (b"a" * 4097, NONE),
        (b"[]", NONE),
        (b"{}", NONE),
        (b"[1, null, {}, []]", NONE),
        (b'[{"name": "_strava4_session", "value": 1}]', NONE),
        (b'[{"name": "_strava4_session", "value": "a"', NONE),
        (b"[" * 100_000, NONE),
        (b"# only\tcomments\n", NONE),
        (b".strava.com\tTRUE\t/\tTRUE\t0\t_strava4_session\n", NONE),
        (NETSCAPE.replace("strava.com", "example.org").encode(), NONE),
        (b'[{"domain": "strava.com.evil.org", "name": "_strava4_session", "value": "a"}]', NONE),
        (netscape(""), NONE),
        (b"_strava4_session=", NONE),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "it is not text"),
        (b"x" * (LONGEST + 1), "it is far too long"),
        (b'[{"name": "_strava4_session", "value": "a;b"}]', BAD),
        (b'[{"name": "_strava4_session", "value": "a\\nb"}]', BAD),
        (netscape("a}b"), BAD),
        (b"_strava4_session=a\nb=c", BAD),
        (netscape("one") + netscape("two"), "it contains two different values of _strava4_session"),
    ],
)
def test_anything_else_is_refused(content: bytes, why: str) -> None:
    """The error says what is wrong and what was expected, without the content."""
    message = (
        f"export.json contains no Strava session: {why}. Export the cookies of strava.com with an"
        " add-on (as JSON, cookies.txt or a header), or use the value of _strava4_session."
    )
    with pytest.raises(NotLoggedInError, match=exactly(message)):
        read_cookies(content, "export.json")
