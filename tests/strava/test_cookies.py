"""The heatmap's cookies: which values are accepted, and when they expire."""

import base64
import time
from datetime import timedelta

import pytest

from stravacookies.errors import StravaError
from stravacookies.heatmap import CLASSIC, CURRENT
from stravacookies.strava.cookies import HeatmapCookies
from tests.made_up import NOON, values

SECONDS = int(NOON.timestamp())
NEXT_YEAR = int(time.time()) + 367 * 24 * 60 * 60
NONSENSE = ("0", "-1", f"{SECONDS * 1000}", f"{SECONDS // 1000}", f"{NEXT_YEAR}", "1" * 400)
"""Expiries in seconds that make no sense, such as milliseconds, or a time far ahead."""

UNREADABLE = {"_strava_idcf": "opaque", "_strava_CloudFront-Expires": "9" * 400}


CLAIM = '{"exp":%s}'


def base64_of(text: str) -> str:
    """Encode a text."""
    return base64.b64encode(text.encode()).decode()


def policy_until(end: str) -> dict[str, str]:
    """Return a policy as CloudFront encodes it, beside cookies that state no expiry."""
    text = f'{{"Statement":[{{"Condition":{{"DateLessThan":{{"AWS:EpochTime":{end}}}}}}}]}}'
    return {"CloudFront-Policy": base64_of(text).replace("=", "_")} | UNREADABLE


def test_header_holds_four_cookies() -> None:
    """The current host gets four cookies in one header, without their expiry."""
    sent = values()

    assert HeatmapCookies.from_values(sent).header() == (
        f"CloudFront-Key-Pair-Id=K2XYZ; CloudFront-Policy={sent['CloudFront-Policy']};"
        f" CloudFront-Signature=c2ln-bmF0_dXJl~; _strava_idcf={sent['_strava_idcf']}"
    )


def test_query_holds_three_parameters() -> None:
    """The classic host needs three cookies, and gets them percent-encoded under shorter names."""
    sent = values() | {"CloudFront-Signature": "~a&b=c/d+e#f%g"}
    cookies = HeatmapCookies.from_values(sent, CLASSIC.cookies)

    assert list(CLASSIC.cookies) == list(cookies.values())
    assert cookies.query() == (
        f"Key-Pair-Id=K2XYZ&Policy={sent['CloudFront-Policy']}&Signature=~a%26b%3Dc%2Fd%2Be%23f%25g"
    )


@pytest.mark.parametrize(
    "earliest", ["CloudFront-Policy", "_strava_idcf", "_strava_CloudFront-Expires"]
)
def test_earliest_expiry_counts(earliest: str) -> None:
    """Three cookies state an expiry, and the earliest one counts."""
    sooner = NOON - timedelta(hours=3)
    sent = values(NOON) | {earliest: values(sooner)[earliest]}

    assert sooner == HeatmapCookies.from_values(sent).expires


@pytest.mark.parametrize(
    "changes",
    [
        *({"_strava_CloudFront-Expires": f"{end}000"} for end in NONSENSE),
        {"_strava_CloudFront-Expires": f"{SECONDS}"},
        *({"CloudFront-Policy": policy_until(end)["CloudFront-Policy"]} for end in NONSENSE),
        *({"_strava_idcf": f".{base64_of(CLAIM % end)}."} for end in NONSENSE),
        UNREADABLE,
        {"CloudFront-Policy": "b3BhcXVl", "_strava_idcf": "opaque"},
        {"CloudFront-Signature": "a" * 4096},  # as many as browsers must accept
    ],
)
def test_strange_cookies_are_accepted(changes: dict[str, str]) -> None:
    """One cookie that states the expiry is enough; one that makes no sense is ignored."""
    assert NOON == HeatmapCookies.from_values(values(NOON) | changes).expires


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        *(
            ({name: ""}, rf"^Strava's answer lacks the cookie {name}\.$")
            for name in CURRENT.cookies
        ),
        (
            dict.fromkeys(CURRENT.cookies[:3], ""),
            f"lacks the cookies {', '.join(CURRENT.cookies[:2])} and {CURRENT.cookies[2]}",
        ),
        # No value may end JOSM's {header(…)}, a header, XML or JSON.
        *(
            ({"CloudFront-Signature": f"secret{bad}value"}, "unusable cookie CloudFront-Signature")
            for bad in '"{}<>,;\\ \t\r\n\0\x7fé…'
        ),
        ({"CloudFront-Signature": "secret" + "a" * 4091}, "it is longer than 4096 characters, or"),
        *(
            (policy_until(end), "CloudFront-Policy: it does not state when it expires")
            for end in (*NONSENSE, "NaN", "1e400", "[]", "null", "true", '"soon"', "[" * 3000)
        ),
    ],
)
def test_unusable_cookie_is_refused(changes: dict[str, str], words: str) -> None:
    """An error names a cookie that is missing, empty or unsafe, or that states no expiry."""
    with pytest.raises(StravaError, match=words) as error:
        HeatmapCookies.from_values(values() | changes)

    assert "secret" not in str(error.value)


def test_fresh_means_six_hours_left() -> None:
    """Cookies are fresh while six hours are left, or as long as the caller asks for."""
    cookies = HeatmapCookies.from_values(values(NOON))

    assert cookies.is_fresh(now=NOON - timedelta(hours=6))
    assert not cookies.is_fresh(now=NOON - timedelta(hours=6) + timedelta(seconds=1))
    assert cookies.is_fresh(timedelta(minutes=1), now=NOON - timedelta(minutes=1))


def test_repr_shows_no_secret() -> None:
    """`repr` shows the expiry, and no value."""
    shown = "datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.timezone.utc)"

    assert f"HeatmapCookies(expires={shown})" == repr(HeatmapCookies.from_values(values(NOON)))
