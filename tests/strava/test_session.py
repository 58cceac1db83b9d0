"""Sessions and logins: what counts as one."""

from datetime import timedelta
from http.cookiejar import Cookie

import pytest

from stravacookies.errors import NotLoggedInError
from stravacookies.strava.session import Login, Session, cookies_by_name
from tests.made_up import NOON, cookie, token

TOKEN = token(NOON + timedelta(days=30), athlete=99)
EXPIRED = token(NOON - timedelta(days=1))
REMEMBER = {"strava_remember_id": "7", "strava_remember_token": TOKEN}
VALUE = {"_strava4_session": "s"}


@pytest.mark.parametrize(
    ("cookies", "expected"),
    [
        (REMEMBER, Session(None, "7", TOKEN)),
        (REMEMBER | VALUE, Session("s", "7", TOKEN)),
        ({"strava_remember_token": TOKEN}, Session(None, "99", TOKEN)),  # it has the number, too
        (VALUE | {"other": "x"}, Session("s")),
        (VALUE | {"strava_remember_token": EXPIRED}, Session("s")),
        ({}, None),
        ({"_strava4_session": ""}, None),
        ({"strava_remember_id": "7"}, None),
        ({"strava_remember_token": "no token"}, None),
        ({"strava_remember_token": "a.b.c"}, None),
    ],
)
def test_from_cookies(cookies: dict[str, str], expected: Session | None) -> None:
    """The session cookie is a session, and so is a remember token that has not expired."""
    assert expected == Session.from_cookies(cookies, NOON)


def test_cookies_and_expiry() -> None:
    """A session returns all its cookies, and knows when its remember token expires."""
    session = Session("s", "7", TOKEN)

    assert (REMEMBER | VALUE, VALUE) == (session.cookies(), Session("s").cookies())
    assert (NOON + timedelta(days=30), None) == (session.expires, Session("s").expires)


def test_expired_token_alone_is_an_error() -> None:
    """If there is only an expired token, the error says when it expired."""
    with pytest.raises(NotLoggedInError, match="strava_remember_token expired on 22 November 2026"):
        Session.from_cookies({"strava_remember_token": EXPIRED}, NOON)


@pytest.mark.parametrize("bad", ["a b", "a;b", "a\nb", 'a"b', "a,b", "a}b", "é", "a\0"])
def test_unsafe_value_is_refused(bad: str) -> None:
    """No session holds a value that could break out of a header, and no error shows it."""
    with pytest.raises(NotLoggedInError, match="_strava4_session is not that of") as error:
        Session(bad)

    assert bad not in str(error.value)


@pytest.mark.parametrize(
    ("email", "password"),
    [("a\udcffb", "p"), ("e", "a\0"), ("e", "a\nb"), ("e", "\x7f"), ("e", "\x85"), ("e", "\ud800")],
)
def test_unsendable_login_is_refused(email: str, password: str) -> None:
    """No login holds bytes that were not text, or control characters."""
    with pytest.raises(NotLoggedInError, match="cannot be sent"):
        Login(email, password)


@pytest.mark.parametrize(
    "password", [" p ", "\xa0", "\U0001f469\u200d\U0001f680", "\u2028", "\ue000"]
)
def test_any_text_is_a_password(password: str) -> None:
    """A password may have any other character, seen or unseen."""
    assert password == Login("e", password).password


def test_repr_shows_no_secret() -> None:
    """`repr` shows no value of a session or login."""
    assert ("Session()", "Login()") == (repr(Session("s", "1", "t")), repr(Login("e", "p")))


@pytest.mark.parametrize(
    ("real", "other"),
    [
        (cookie("a", "real", ".strava.com"), cookie("a", "other", "www.strava.com")),
        (cookie("a", "real", "www.strava.com"), cookie("a", "other", "b.strava.com")),
        (cookie("a", "real", "www.strava.com"), cookie("a", "", ".strava.com")),
        (cookie("a", "real", "www.strava.com"), cookie("a", "", "www.strava.com")),
    ],
)
def test_one_value_of_a_name(real: Cookie, other: Cookie) -> None:
    """In any order, the whole domain comes first, then `www`; an empty value does not count."""
    assert {"a": "real"} == cookies_by_name([real, other]) == cookies_by_name([other, real])
