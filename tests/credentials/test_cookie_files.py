"""Exported and pasted cookies: how they are decoded, which of them are used, and why none is."""

import json
import pickle
from datetime import UTC, datetime

import pytest

from stravacookies.credentials.cookie_files import LONGEST, read_export
from stravacookies.wording import local_time
from tests.made_up import token
from tests.sessionstore import ORDINARY, compressed, sessionstore

SESSION = {"_strava4_session": "abc123"}
OTHER = {"_strava4_session": "other"}
LAST_YEAR = datetime(2025, 3, 4, 5, 6, tzinfo=UTC)
TWIN = {"name": "_strava4_session", "value": "a", "expires": LAST_YEAR.isoformat()}
EXPIRED = f"expired on {local_time(LAST_YEAR)}"


def row(
    value: str, name: str = "_strava4_session", domain: str = ".strava.com", end: int = 0
) -> str:
    """Return a row of a cookies.txt."""
    return f"{domain}\tTRUE\t/\tTRUE\t{end}\t{name}\t{value}\n"


OTHERS = "".join(row("x" * 150, f"name{i}", f".site{i}.example") for i in range(6000))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [row("abc123"), json.dumps(SESSION), "abc123", "\n abc123 \r\n"])
def test_encodings(text: str, encoding: str) -> None:
    """Text is read in the encodings that systems write, with or without a byte-order mark."""
    assert SESSION == read_export(text.encode(encoding)).cookies


@pytest.mark.parametrize(
    "text",
    [
        "[{“domain”: “.strava.com”, “name”: “_strava4_session”, “value”: “abc123”}]",
        "[{„name“: „_strava4_session“, „value“: „abc123“}]",
        "«abc123»",
        "_ga=1;\u00a0_strava4_session=“abc123”\u200b; a=“b”",
        "curl \u2018https://www.strava.com/\u2019 -b \u2018a=“b”; _strava4_session=abc123\u2019",
        "```text\r\nabc123\r\n```\r\n",
        f"```\n{row('abc123')}```",
        json.dumps({"a": "“", "x.org": {"b": {"c": OTHER}}} | SESSION, ensure_ascii=False),
        '```json\n{"_strava4_session": "abc123"}\n```',
    ],
)
def test_what_chat_programs_change(text: str) -> None:
    """Quotes, spaces and fences that chat programs put in are taken out, but not from values."""
    assert SESSION == read_export(text.encode()).cookies


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps([{"name": "_strava4_session", "path": "/", "value": "abc123" * 3}]),
        b"cook\0\0\0\1\0\0.strava.com\0_strava4_session\0/\0" + b"abc123" * 3 + b"\0\0",
        b"_strava4_session=" + b"abc123" * 3 + b"\0",
        b"abc123" * 3 + b"\0\0",
    ],
)
def test_binary_exports(content: bytes) -> None:
    """The session is found in a pickle of Selenium, in Safari's store, and before a zero or two."""
    assert {"_strava4_session": "abc123" * 3} == read_export(content).cookies


def test_windows_of_firefox() -> None:
    """A file that Firefox writes of its windows is read; a login in a container comes last."""
    inside: dict[str, object] = {
        "name": "_strava4_session",
        "host": ".strava.com",
        "value": "other",
    }
    inside["originAttributes"] = ORDINARY | {"userContextId": 2}
    outside = inside | {"value": "abc123", "originAttributes": ORDINARY}

    assert SESSION == read_export(compressed({"cookies": [outside, inside]})).cookies


def test_what_is_not_text_spoils_only_itself() -> None:
    """A byte in another encoding does not matter beside the session."""
    assert SESSION == read_export(row("é", "a").encode("latin-1") + row("abc123").encode()).cookies


@pytest.mark.parametrize(
    "text",
    [
        OTHERS + row("abc123"),
        json.dumps([{"name": f"{i}", "value": "x" * 500} for i in range(36_000)] + [SESSION]),
        "abc123".ljust(LONGEST),
        f"a={'x; ' * 1_600_000}; _strava4_session=abc123",
    ],
)
def test_long_exports(text: str) -> None:
    """The export of a whole browser is read, and so are up to 20 MB."""
    assert SESSION == read_export(text.encode()).cookies


@pytest.mark.parametrize(
    "text",
    [
        row("") + row("abc123") + row("abc123"),
        row("abc123") + row("other", domain="www.strava.com"),
        row("other", domain="www.strava.com") + row("abc123", domain="strava.com"),
        row("abc123") + row("other", domain="strava.com"),
        row("other", domain="b.strava.com") + row("abc123", domain="www.strava.com"),
        row("a}b") + row("abc123", domain="www.strava.com"),
        row("other", end=1_500_000_000) + row("abc123", end=4_000_000_000),
        row("abc123", end=253_402_300_799),
        row("abc123") + row("a}b", "CloudFront-Policy"),
        row("abc123") + row("1", "_strava_idcf") + row("2", "_strava_idcf"),
        row("abc123") + row(token(LAST_YEAR), "strava_remember_token"),
    ],
)
def test_only_a_cookie_that_is_used_can_spoil_anything(text: str) -> None:
    """Empty, broken, expired and ambiguous cookies are left out; the whole domain comes first."""
    assert SESSION == read_export(text.encode()).cookies


ADVICE = (
    "Log in at https://www.strava.com, and export its cookies with an add-on (as JSON, cookies.txt"
    " or a header), or copy the value of _strava4_session."
)
NEITHER = (
    "it has neither _strava4_session of strava.com, nor strava_remember_token with"
    " strava_remember_id, nor all heatmap cookies with time left."
)
CUT = "is cut off, or contains characters that no cookie may contain."
UNREAD = "no value was found for its _strava4_session."
NO_FORM = "is neither an export of cookies, nor the value of _strava4_session."


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty."),
        (b"\xef\xbb\xbf  \n", "is empty."),
        (b"two words", NO_FORM),
        (b"https://www.strava.com/maps", NO_FORM),
        (b"mapper@example.org", NO_FORM),
        (b"~/cookies.txt", NO_FORM),
        (b"/home/mapper/cookies.txt", NO_FORM),
        (b"cookies.txt", NO_FORM),
        (b"./cookies", NO_FORM),
        (b"C:/Users/mapper/cookies", NO_FORM),
        (b"$STRAVA_SESSION", NO_FORM),
        (b"%STRAVA_SESSION%", NO_FORM),
        (sessionstore({"_ga": "1"}), f"is JSON, but {NEITHER}"),
        (b"mozLz40\0" + b"\xff" * 9, "is Firefox's list of its windows, but it is damaged."),
        (b"a" * 4097, NO_FORM),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", NO_FORM),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", NO_FORM),
        (
            b"<!DOCTYPE html><script>\nfetch('/x'); a=1;\n</script> _strava4_session, see",
            f"is text, but {UNREAD}",
        ),
        (b'{"a": [["_strava4_session"]]}', f"is JSON, but {UNREAD}"),
        (b"curl https://www.strava.com -b _strava4_session", f"is a cURL command, but {UNREAD}"),
        ('"x@y" _strava4_session: “aé”'.encode(), f"is text, but its _strava4_session {CUT}"),
        (b"x" * (LONGEST + 1), "is larger than 20 MB."),
        (b"[]", f"is JSON, but {NEITHER}"),
        (b'[{"name": "_strava4_session", "val', "is JSON, but it is cut off or damaged."),
        (b'{"_strava4_session": "a;b"}', f"is JSON, but its _strava4_session {CUT}"),
        (b'{"strava_remember_id": "7"}', f"is JSON, but {NEITHER}"),
        (row("").encode(), "is a cookies.txt, but its _strava4_session is empty."),
        (row("a", domain=".notstrava.com").encode(), f"is a cookies.txt, but {NEITHER}"),
        (row("abc...").encode(), f"is a cookies.txt, but its _strava4_session {CUT}"),
        (row("a}b").encode(), f"is a cookies.txt, but its _strava4_session {CUT}"),
        (b"_strava4_session=eyJ\xe2\x80\xa6; a=1", f"is a header, but its _strava4_session {CUT}"),
        (
            (row("1") + row("2")).encode(),
            "is a cookies.txt, but it has two different values of _strava4_session.",
        ),
        (
            row("a", end=int(LAST_YEAR.timestamp())).encode(),
            f"is a cookies.txt, but its _strava4_session {EXPIRED}.",
        ),
        (
            json.dumps([TWIN | {"partitionKey": "x"}, TWIN, TWIN | {"value": ""}]).encode(),
            f"is JSON, but its _strava4_session {EXPIRED}.",
        ),
        (
            f"strava_remember_id=7; strava_remember_token={token(LAST_YEAR)}".encode(),
            f"is a header, but its strava_remember_token {EXPIRED}.",
        ),
        (
            b'[{"name": "_strava4_session", "value": "a", "partitionKey": "https://x.org"}]',
            "is JSON, but its _strava4_session was set inside another site's page.",
        ),
    ],
)
def test_no_session(content: bytes, why: str) -> None:
    """The form is named, and what is missing or wrong in it, without the content."""
    assert f"{why} {ADVICE}" == read_export(content).why_not


def test_repr_shows_no_secret() -> None:
    """`repr` shows no cookie."""
    assert "abc123" not in repr(read_export(b"abc123"))
