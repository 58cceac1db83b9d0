"""Strava's login page: forms that can be filled in, and refusals by name."""

import threading
from collections.abc import Callable

import pytest
from lxml import html

from stravacookies.deadline import Deadline
from stravacookies.errors import LoginRefusedError, StravaError
from stravacookies.strava.fetcher import CookieFetcher
from stravacookies.strava.session import Login
from tests.standin.server import StandIn
from tests.standin.strava import Guard, Response, Strava

WRONG = "the email or the password is wrong, or an invisible"
NO_FORM = "no longer has a form for email and password"


@pytest.mark.parametrize(
    ("settings", "words", "logins"),
    [
        ({"guard": Guard.FIREWALL}, r"firewall blocks .* \(403\)", 0),
        ({"guard": Guard.FIREWALL_CHALLENGE}, r"firewall blocks .* \(202\)", 0),
        ({"guard": Guard.FIREWALL_CAPTCHA}, r"firewall blocks .* \(405\)", 0),
        ({"guard": Guard.NO_FORM}, NO_FORM, 0),
        ({"guard": Guard.CAPTCHA}, "captcha", 0),
        ({"guard": Guard.CODE}, "one-time code", 0),
        ({"guard": Guard.CAPTCHA_AFTER}, "captcha", 1),
        ({"guard": Guard.CODE_AFTER}, "one-time code", 1),
        ({"guard": Guard.FORM_AGAIN}, WRONG, 1),
        ({}, WRONG, 1),
        ({"email": "other@example.org", "password": "wrong"}, WRONG, 1),
        ({"before_login": "/en-GB/login"}, WRONG, 1),
        ({"before_login": "/Login?x"}, WRONG, 1),
        ({"before_login": "login"}, WRONG, 1),
        ({"before_login": "/mfa/x"}, "one-time code", 1),
    ],
)
def test_refusal_is_named(
    fetcher: CookieFetcher, strava: Strava, settings: dict[str, object], words: str, logins: int
) -> None:
    """Each refusal has words of its own, and is final: Strava locks accounts."""
    vars(strava).update(settings)
    with pytest.raises(LoginRefusedError, match=words) as caught:
        fetcher.log_in(Login("mapper@example.org", "wrong"))

    assert (
        "The session from your browser works: log in there, then run 'stravacookies login'."
    ) == caught.value.advice
    assert logins == strava.logins


@pytest.mark.parametrize("status", [202, 403, 405])
def test_firewall_after_the_password(
    fetcher: CookieFetcher, strava: Strava, override: Callable[..., None], status: int
) -> None:
    """The firewall may stop the password, too."""
    override(lambda request: Response(status) if request.method == "POST" else None)

    with pytest.raises(LoginRefusedError, match=f"firewall .*{status}"):
        fetcher.log_in(Login(strava.email, strava.password))


@pytest.mark.parametrize(
    "settings",
    [
        {"guard": Guard.TOKEN_IN_HEAD},
        {"guard": Guard.CAPTCHA_ELSEWHERE},
        {"guard": Guard.SIGN_UP_FIRST},
        {"guard": Guard.ONLY_FORM},
        {"after_login": "https://www.strava.com"},
        {"after_login": "/"},
        {"after_login": "/athlete/verify_footprint"},
    ],
)
def test_login_succeeds(
    fetcher: CookieFetcher, stand_in: StandIn, strava: Strava, settings: dict[str, object]
) -> None:
    """The form is found among others; any redirect but to the login is a success."""
    vars(strava).update(settings)

    assert fetcher.log_in(Login(strava.email, strava.password)).value
    assert "✓" == stand_in.requests[-1].fields()["utf8"]  # a hidden field of the login form


def test_visitors_session_is_no_login(fetcher: CookieFetcher, strava: Strava) -> None:
    """The session that every visitor gets does not count as one that is logged in."""
    strava.before_login = "/challenge"

    with pytest.raises(StravaError, match="no session that is logged in"):
        fetcher.log_in(Login(strava.email, "wrong"))


@pytest.mark.parametrize(
    "body", [b"", b"\x00\xff\xfe", b"<form><input name=email>", b"<!--", b"plain text"]
)
def test_broken_page_has_no_form(
    fetcher: CookieFetcher, override: Callable[..., None], body: bytes
) -> None:
    """Anything else in place of the login page is a page without a form."""
    override(lambda _: Response(body=body))

    with pytest.raises(LoginRefusedError, match=NO_FORM):
        fetcher.log_in(Login("mapper@example.org", "secret"))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_page_that_takes_too_long(
    fetcher: CookieFetcher,
    strava: Strava,
    override: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    """A page is read until the deadline: lxml takes seconds for a tag with 60,000 attributes."""
    parse, parsed = html.document_fromstring, threading.Event()

    def parse_slowly(page: bytes, parser: html.HTMLParser) -> object:
        return parsed.wait(60) if page == b"slow" else parse(page, parser)

    monkeypatch.setattr(html, "document_fromstring", parse_slowly)
    override(lambda request: Response(body=b"slow") if request.method == method else None)

    with pytest.raises(StravaError) as error:
        fetcher.log_in(Login(strava.email, strava.password), Deadline(2))
    parsed.set()
    url = {"GET": "https://www.strava.com/login", "POST": "https://www.strava.com/session"}[method]
    words = "sent an unexpected answer (a page that takes too long to read): try again later."
    assert f"{url} {words}" == str(error.value)
