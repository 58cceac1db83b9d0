"""The cookies as one value: what is taken, what is refused, and when it ends."""

import base64
from datetime import timedelta

import pytest

from stravacookies.cookies import CLASSIC_COOKIES, HeatmapCookies
from stravacookies.errors import BadCookieError, MissingCookieError
from tests.made_up import NOON, values


def test_header_holds_the_four_cookies() -> None:
    """Today's host wants four cookies in one header; the expiry is none of them."""
    sent = values()

    assert HeatmapCookies.from_values(sent).header() == (
        f"CloudFront-Key-Pair-Id=K2XYZ; CloudFront-Policy={sent['CloudFront-Policy']};"
        f" CloudFront-Signature=c2ln-bmF0_dXJl~; _strava_idcf={sent['_strava_idcf']}"
    )


def test_query_holds_three_parameters() -> None:
    """The classic host wants three cookies in the query string, under shorter names."""
    sent = values()
    cookies = HeatmapCookies.from_values(sent, CLASSIC_COOKIES)

    assert (
        f"Key-Pair-Id=K2XYZ&Policy={sent['CloudFront-Policy']}&Signature=c2ln-bmF0_dXJl~"
        == cookies.query()
    )


def test_classic_cookies_have_no_identity() -> None:
    """For the classic host, three cookies are enough, and only three are kept."""
    cookies = HeatmapCookies.from_values(values(), CLASSIC_COOKIES)

    assert list(CLASSIC_COOKIES) == list(cookies.values())


@pytest.mark.parametrize(
    "earliest", ["CloudFront-Policy", "_strava_idcf", "_strava_CloudFront-Expires"]
)
def test_earliest_end_counts(earliest: str) -> None:
    """Three cookies tell an end each; all of them are over when the first one is."""
    sooner = NOON - timedelta(hours=3)
    sent = values(NOON) | {earliest: values(sooner)[earliest]}

    assert sooner == HeatmapCookies.from_values(sent).expires


def test_one_readable_end_is_enough() -> None:
    """A token and a policy that tell nothing do no harm while another cookie tells the end."""
    sent = values() | {"CloudFront-Policy": "b3BhcXVl", "_strava_idcf": "opaque"}

    assert NOON == HeatmapCookies.from_values(sent).expires


@pytest.mark.parametrize("end", ["NaN", "1e400", "1" * 400, "[]", "null", '"soon"'])
def test_no_readable_end_is_an_error(end: str) -> None:
    """Cookies of which nobody knows the end are refused."""
    text = f'{{"Statement":[{{"Condition":{{"DateLessThan":{{"AWS:EpochTime":{end}}}}}}}]}}'
    sent = values() | {
        "CloudFront-Policy": base64.b64encode(text.encode()).decode().replace("=", "_"),
        "_strava_idcf": "x",
        "_strava_CloudFront-Expires": "9" * 400,
    }

    with pytest.raises(BadCookieError) as error:
        HeatmapCookies.from_values(sent)
    assert "CloudFront-Policy" in str(error.value)


def test_deeply_nested_policy_is_an_error() -> None:
    """A policy made to exhaust the parser tells no end."""
    nested = base64.b64encode(b"[" * 3000).decode().replace("=", "_")
    sent = values() | {"CloudFront-Policy": nested, "_strava_idcf": "x"}
    del sent["_strava_CloudFront-Expires"]

    with pytest.raises(BadCookieError):
        HeatmapCookies.from_values(sent)


@pytest.mark.parametrize("name", list(values())[:4])
def test_missing_cookie_is_named(name: str) -> None:
    """An empty cookie counts as missing, and the error names it."""
    with pytest.raises(MissingCookieError) as error:
        HeatmapCookies.from_values(values() | {name: ""})

    assert (name,) == error.value.names
    assert f"Strava's answer lacks the cookie {name}." == str(error.value)


@pytest.mark.parametrize("bad", [*'"{}<>,;\\ \t\r\n\0\x7fé…'])
def test_character_that_breaks_out_is_refused(bad: str) -> None:
    """No value may end JOSM's `{header(…)}`, a header, XML or JSON; none is shown."""
    with pytest.raises(BadCookieError) as error:
        HeatmapCookies.from_values(values() | {"CloudFront-Signature": f"secret{bad}value"})

    assert "secret" not in str(error.value)


def test_overlong_cookie_is_refused() -> None:
    """A browser need not hold more than 4096 characters; neither do we."""
    with pytest.raises(BadCookieError):
        HeatmapCookies.from_values(values() | {"CloudFront-Signature": "a" * 4097})


def test_other_characters_are_quoted_in_the_query() -> None:
    """What a cookie may hold but a query string may not is percent-encoded there."""
    sent = values() | {"CloudFront-Signature": "a&b=c/d+e#f%g"}
    cookies = HeatmapCookies.from_values(sent)

    assert cookies.query().endswith("&Signature=a%26b%3Dc%2Fd%2Be%23f%25g")


def test_fresh_means_six_hours_left() -> None:
    """Cookies are fresh with six hours left, or with whatever is asked for."""
    cookies = HeatmapCookies.from_values(values(NOON))

    assert cookies.is_fresh(now=NOON - timedelta(hours=6))
    assert not cookies.is_fresh(now=NOON - timedelta(hours=6) + timedelta(seconds=1))
    assert cookies.is_fresh(timedelta(minutes=1), now=NOON - timedelta(minutes=1))


def test_repr_shows_no_secret() -> None:
    """What may end up in a log or traceback shows the end, and no value."""
    assert (
        "HeatmapCookies(expires=datetime.datetime(2026, 11, 23, 12, 0,"
        " tzinfo=datetime.timezone.utc))" == repr(HeatmapCookies.from_values(values()))
    )
