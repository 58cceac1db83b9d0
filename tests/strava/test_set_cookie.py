"""Cookies as Strava sets them: what is kept, what is removed, and nonsense in one of them."""

import time
import warnings

import pytest
from requests.cookies import RequestsCookieJar

from stravacookies.strava import set_cookie

GOOD = ("a=1; domain=.strava.com; path=/; secure", "b=2; Domain=STRAVA.com")


def kept(*headers: str, before: tuple[str, ...] = ()) -> list[tuple[str, str, str | None]]:
    """Return domain, name and value of the cookies in a jar that has got two lots of headers."""
    jar = RequestsCookieJar()
    set_cookie.keep(jar, before, "www.strava.com")
    set_cookie.keep(jar, headers, "www.strava.com")
    assert all(cookie.secure for cookie in jar)
    return sorted((cookie.domain, cookie.name, cookie.value) for cookie in jar)


@pytest.mark.parametrize(
    "attributes",
    [
        *(f"max-age={age}" for age in ("9" * 400, "9" * 5000, "1e400", "soon", "", "²", "--1")),
        "expires=Mon, 01 Jan 0000 00:00:00 GMT",
        f"expires=01 Jan {'9' * 5000}",
        f"expires={' ' * 60_000}x",
        "expires=soon; version=x; port=y; path=\\; comment; =; ;;",
    ],
)
def test_nonsense_is_ignored(attributes: str) -> None:
    """An attribute that makes no sense counts as missing: no cookie is lost, nothing is printed."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        start = time.monotonic()
        found = kept(GOOD[0], f"c=3; domain=.strava.com; {attributes}", GOOD[1])

    assert [(".strava.com", name, value) for name, value in ("a1", "b2", "c3")] == found
    assert time.monotonic() < start + 5


@pytest.mark.parametrize(
    "header",
    [
        "",
        "=3",
        "c",
        ";;c=3",
        # It can set cookies for itself, or for a domain above it, but not for others.
        *(f"c=3; domain={domain}" for domain in ("com", ".com", "example.org", "a.strava.com")),
        *(f"c=3; domain={domain}" for domain in ("ava.com", "strava.com.", "strava.com/", "..a")),
    ],
)
def test_bad_cookie_costs_only_itself(header: str) -> None:
    """A cookie without a name, or for a domain that is not above the host, is not kept."""
    assert kept(*GOOD) == kept(GOOD[0], header, GOOD[1])


@pytest.mark.parametrize(
    "attributes",
    ["max-age=0", "Max-Age=-1; expires=Fri, 01 Jan 2100 00:00:00 GMT", "expires=01 Jan 1970"],
)
def test_ended_cookie_is_removed(attributes: str) -> None:
    """A cookie that has ended replaces an earlier one of its domain; the age precedes the time."""
    assert kept(*GOOD) == kept(f"c=; {attributes}", *GOOD)
    assert kept(*GOOD) == kept(f"c=; {attributes}", "d=; max-age=00", *GOOD, before=("c=3", "d=4"))
    other = [*kept(*GOOD), ("www.strava.com", "c", "3")]
    assert other == kept(f"c=; domain=.strava.com; {attributes}", *GOOD, before=("c=3",))


def test_host_and_domain_are_told_apart() -> None:
    """A cookie without a domain is the host's own; values may contain an equals sign."""
    ages = ("max-age=60; expires=01 Jan 1970", "expires=Fri, 01 Jan 2100 00:00:00 GMT")

    assert [
        (".strava.com", "c", "x=y="),
        (".www.strava.com", "c", "z"),
        ("www.strava.com", "c", ""),
    ] == kept("c=", f"c=x=y=; domain=strava.com; {ages[0]}", f"c=z;domain=www.strava.com;{ages[1]}")
