"""What counts as a session."""

from datetime import timedelta

import pytest

from stravacookies.errors import BadSessionError, ExpiredTokenError
from stravacookies.session import Login, Session, cookies_by_name, login_from_environment
from tests.made_up import NOON, cookie, token

LATER = NOON + timedelta(days=30)
EARLIER = NOON - timedelta(days=1)


def test_session_cookie_alone() -> None:
    """The session cookie is a session; when it ends, nobody knows."""
    session = Session.from_cookies({"_strava4_session": "s", "other": "x"})

    assert Session("s") == session
    assert session.expires is None


def test_remember_cookies_alone() -> None:
    """A remember token with the athlete's number opens a session, until the token ends."""
    cookies = {"strava_remember_id": "7", "strava_remember_token": token(LATER)}
    session = Session.from_cookies(cookies, NOON)

    assert session
    assert (cookies, LATER) == (session.cookies(), session.expires)


def test_athlete_is_read_from_the_token() -> None:
    """Without `strava_remember_id`, the token tells the number itself."""
    session = Session.from_cookies({"strava_remember_token": token(LATER, athlete=99)}, NOON)

    assert session
    assert "99" == session.remember_id


def test_all_three_cookies() -> None:
    """All that there is of a session is sent."""
    cookies = {
        "_strava4_session": "s",
        "strava_remember_id": "7",
        "strava_remember_token": token(LATER),
    }
    session = Session.from_cookies(cookies, NOON)

    assert session
    assert cookies == session.cookies()


def test_expired_token_alone_is_told() -> None:
    """If there is nothing but a token that has expired, the user hears since when."""
    with pytest.raises(ExpiredTokenError) as error:
        Session.from_cookies({"strava_remember_token": token(EARLIER)}, NOON)

    assert str(error.value).startswith(
        "The cookie strava_remember_token expired on 22 November 2026"
    )


def test_expired_token_beside_a_session_is_left_out() -> None:
    """A session does without its remember token."""
    cookies = {"_strava4_session": "s", "strava_remember_token": token(EARLIER)}

    assert Session("s") == Session.from_cookies(cookies, NOON)


@pytest.mark.parametrize(
    "cookies",
    [
        {},
        {"_strava4_session": ""},
        {"strava_remember_id": "7"},
        {"strava_remember_token": "no token"},
        {"strava_remember_token": "a.b.c"},
    ],
)
def test_no_session(cookies: dict[str, str]) -> None:
    """Nothing else is a session."""
    assert Session.from_cookies(cookies, NOON) is None


@pytest.mark.parametrize("bad", ["a b", "a;b", "a\nb", 'a"b', "a,b", "a}b", "é", "a\0"])
def test_value_that_breaks_out_is_refused(bad: str) -> None:
    """No session holds what would break out of a header; the value is not shown."""
    with pytest.raises(BadSessionError) as error:
        Session(bad)

    assert bad not in str(error.value)


def test_login_from_environment() -> None:
    """Both variables make a login; one of them does not."""
    assert Login("e", "p") == login_from_environment({"STRAVA_EMAIL": "e", "STRAVA_PASSWORD": "p"})
    assert login_from_environment({"STRAVA_EMAIL": "e", "STRAVA_PASSWORD": ""}) is None


def test_repr_shows_no_secret() -> None:
    """Neither a session nor a login shows itself."""
    assert ("Session()", "Login()") == (repr(Session("s", "1", "t")), repr(Login("e", "p")))


@pytest.mark.parametrize("real_first", [True, False])
def test_cookie_of_the_domain_comes_before_one_of_the_host(real_first: bool) -> None:
    """Of two values, that of the whole domain counts, in whatever order they come."""
    real, other = cookie("a", "real", ".strava.com"), cookie("a", "other", "www.strava.com")

    assert {"a": "real"} == cookies_by_name([real, other] if real_first else [other, real])


@pytest.mark.parametrize("domain", [".strava.com", "www.strava.com"])
def test_empty_cookie_replaces_nothing(domain: str) -> None:
    """The empty cookies that Strava sends along do not count, wherever they belong."""
    real, empty = cookie("a", "real", "www.strava.com"), cookie("a", "", domain)

    assert {"a": "real"} == cookies_by_name([real, empty])
