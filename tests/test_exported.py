"""Exported sessions, in every form that add-ons have for them."""

import json

import pytest

from stravacookies.errors import BadExportError
from stravacookies.exported import LONGEST, cookies_from_export
from stravacookies.session import is_strava

SESSION = {"_strava4_session": "abc123"}
THREE = {**SESSION, "strava_remember_id": "7", "strava_remember_token": "a.b.c"}

EXPORTER = json.dumps([{"name": name, "value": value} for name, value in THREE.items()])
EDITOR = json.dumps(
    [
        {
            "name": name,
            "value": value,
            "domain": ".strava.com",
            "expirationDate": 1.5e9,
            "path": "/",
        }
        for name, value in THREE.items()
    ]
    + [{"name": "_strava4_session", "value": "evil", "domain": ".notstrava.com"}]
)
NETSCAPE = """# Netscape HTTP Cookie File
# https://curl.se/docs/http-cookies.html

#HttpOnly_.strava.com\tTRUE\t/\tTRUE\t1796000000\t_strava4_session\tabc123
.strava.com\tTRUE\t/\tTRUE\t0\tstrava_remember_id\t7
www.strava.com\tFALSE\t/\tTRUE\t0\tstrava_remember_token\ta.b.c
.notstrava.com\tTRUE\t/\tTRUE\t0\t_strava4_session\tevil
"""
HEADER = "; ".join(f"{name}={value}" for name, value in THREE.items()) + "; sp=x"


@pytest.mark.parametrize(
    "text",
    [
        EXPORTER,
        EDITOR,
        json.dumps(THREE),
        NETSCAPE,
        NETSCAPE.replace("\n", "\r\n"),
        HEADER,
        f"Cookie: {HEADER}\n",
        f"cookie:\t{HEADER}\n",
    ],
    ids=[
        "exporter",
        "editor",
        "our own",
        "netscape",
        "netscape on Windows",
        "header",
        "header with name",
        "header of HTTP/2",
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "with byte-order mark"])
def test_each_form_is_known_by_its_content(text: str, mark: str) -> None:
    """Each form gives Strava's cookies, and those of no other site."""
    assert THREE == cookies_from_export((mark + text).encode(), "a file")


@pytest.mark.parametrize(
    "text", ["abc123", " abc123\n", '"abc123"', "'abc123'", "_strava4_session=abc123"]
)
def test_bare_value(text: str) -> None:
    """The value alone is a session, however it was copied."""
    assert SESSION == cookies_from_export(text.encode(), "a file")


def test_empty_duplicate_does_not_count() -> None:
    """An empty cookie beside the real one is left out."""
    text = json.dumps([{"name": "_strava4_session", "value": v} for v in ("", "abc123", "abc123")])

    assert SESSION == cookies_from_export(text.encode(), "a file")


def netscape(value: str) -> bytes:
    """A cookies.txt with one value."""
    return f".strava.com\tTRUE\t/\tTRUE\t0\t_strava4_session\t{value}\n".encode()


NONE = "there is none of Strava's cookies in it"
BAD = "its _strava4_session holds characters that no cookie may hold"


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
        (netscape("one") + netscape("two"), "it holds two different _strava4_session"),
    ],
)
def test_anything_else_is_refused(content: bytes, why: str) -> None:
    """What holds no session is refused in a sentence that says what was looked for."""
    with pytest.raises(BadExportError) as error:
        cookies_from_export(content, "export.json")

    assert str(error.value) == (
        f"export.json holds no Strava session: {why}. It should be what an add-on exports of the"
        " cookies of strava.com (JSON, cookies.txt or a header), or the value of _strava4_session."
    )


@pytest.mark.parametrize(
    ("domain", "ours"),
    [
        (".strava.com", True),
        ("strava.com", True),
        ("www.strava.com", True),
        ("WWW.Strava.COM", True),
        ("notstrava.com", False),
        ("strava.com.evil.org", False),
        ("", False),
    ],
)
def test_domain(domain: str, ours: bool) -> None:
    """Strava's domain and what is below it, and no other."""
    assert ours == is_strava(domain)
