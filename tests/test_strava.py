"""The fetcher against the stand-in: what it asks, what it takes, and how it names refusals."""

from collections.abc import Iterator

import pytest
import requests

from stravacookies import __version__
from stravacookies.errors import (
    BadCookieError,
    CaptchaError,
    ExpiredCookiesError,
    FirewallError,
    LoginFormError,
    LoginRefusedError,
    MissingCookieError,
    NetworkError,
    OneTimeCodeError,
    SessionRefusedError,
    UnexpectedAnswerError,
    WrongPasswordError,
)
from stravacookies.heatmap import CLASSIC, TODAY
from stravacookies.session import Login, Session
from stravacookies.strava import CookieFetcher
from tests.standin.server import StandIn
from tests.standin.strava import Guard, Response, Strava


@pytest.fixture
def fetcher(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[CookieFetcher]:
    """A fetcher that finds the stand-in as a user's would find Strava."""
    for name, value in stand_in.environment().items():
        monkeypatch.setenv(name, value)
    with requests.Session() as http:
        yield CookieFetcher(http)


def asked(stand_in: StandIn) -> list[str]:
    """What arrived, as `METHOD URL`."""
    return [f"{request.method} {request.url}" for request in stand_in.requests]


def tile_status(stand_in: StandIn, url: str, cookie: str = "") -> int:
    """Ask for a tile as JOSM does."""
    answer = requests.get(
        url,
        headers={"Cookie": cookie} if cookie else {},
        proxies={"https": stand_in.environment()["HTTPS_PROXY"]},
        verify=str(stand_in.ca),
        timeout=10,
    )
    return answer.status_code


def test_one_request_wins_cookies_that_open_tiles(
    fetcher: CookieFetcher, stand_in: StandIn, strava: Strava
) -> None:
    """A session is exchanged with one `HEAD`, on one connection, for what opens a tile."""
    cookies = fetcher.fetch(Session(strava.open_session()))

    assert ["HEAD https://www.strava.com/maps"] == asked(stand_in)
    assert ["www.strava.com"] == stand_in.connections
    tile = TODAY.layers(["all"], ["hot"])[0].tile_url(8, 198, 114)
    assert 200 == tile_status(stand_in, tile, cookies.header())


def test_it_says_who_asks(fetcher: CookieFetcher, stand_in: StandIn, strava: Strava) -> None:
    """Strava can tell this program, and its version, from a browser."""
    fetcher.fetch(Session(strava.open_session()))

    assert f"stravacookies/{__version__}" == stand_in.requests[0].headers["user-agent"]


def test_empty_cookies_are_ignored(fetcher: CookieFetcher, strava: Strava) -> None:
    """The stand-in sends empty cookies of the same names too, as Strava does."""
    assert all(fetcher.fetch(Session(strava.open_session())).values().values())


def test_remember_cookies_alone_open_a_session(fetcher: CookieFetcher, strava: Strava) -> None:
    """A session that has ended is opened anew with the remember cookies beside it."""
    session = fetcher.log_in(Login(strava.email, strava.password))
    strava.end_sessions()

    assert fetcher.fetch(session).is_fresh()


@pytest.mark.parametrize("host", [TODAY, CLASSIC], ids=["today", "classic"])
def test_ended_session_is_refused(fetcher: CookieFetcher, strava: Strava, host: object) -> None:
    """A session that Strava sends to the login is refused, for either host."""
    session = Session(strava.open_session())
    strava.end_sessions()

    with pytest.raises(SessionRefusedError):
        fetcher.fetch(session, CLASSIC if host is CLASSIC else TODAY)


@pytest.mark.parametrize("name", TODAY.cookies)
@pytest.mark.parametrize("value", [None, ""])
def test_missing_cookie_is_named(
    fetcher: CookieFetcher, strava: Strava, name: str, value: str | None
) -> None:
    """When Strava leaves a cookie out, or empty, the error names it."""
    strava.changes[name] = value

    with pytest.raises(MissingCookieError) as error:
        fetcher.fetch(Session(strava.open_session()))
    assert (name,) == error.value.names


def test_expired_cookies_are_refused(fetcher: CookieFetcher, strava: Strava) -> None:
    """Cookies that are over when they arrive point to a wrong clock."""
    strava.lifetime = -60

    with pytest.raises(ExpiredCookiesError):
        fetcher.fetch(Session(strava.open_session()))


def test_cookie_that_breaks_out_is_refused(fetcher: CookieFetcher, strava: Strava) -> None:
    """A value that would end JOSM's header prefix goes no further."""
    strava.changes["CloudFront-Signature"] = "a}b"

    with pytest.raises(BadCookieError):
        fetcher.fetch(Session(strava.open_session()))


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (Response(403), "403 Forbidden"),
        (Response(404), "404 Not Found"),
        (Response(429), "429 Too Many Requests"),
        (Response(500), "500 Internal Server Error"),
        (Response(204), "204 No Content"),
        (
            Response(302, [("Location", "http://evil.example/x?y")]),
            "redirect to http://evil.example",
        ),
        (Response(302, [("Location", "/maps")]), "redirect to https://www.strava.com"),
    ],
)
def test_unexpected_answer_is_named(
    fetcher: CookieFetcher,
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    answer: Response,
    what: str,
) -> None:
    """Any other answer is an error that tells it; no redirect is followed."""
    monkeypatch.setattr(stand_in.strava, "answer", lambda _: answer)

    with pytest.raises(UnexpectedAnswerError) as error:
        fetcher.fetch(Session("any"))
    assert what in str(error.value)
    assert 1 == len(stand_in.requests)


def test_certificate_is_verified(
    fetcher: CookieFetcher, strava: Strava, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that nobody vouches for gets no session."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.delenv("CURL_CA_BUNDLE")

    with pytest.raises(NetworkError) as error:
        fetcher.fetch(Session(strava.open_session()))
    assert "www.strava.com could not be reached: its certificate could not be verified." == str(
        error.value
    )


def test_proxy_that_is_down(fetcher: CookieFetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the proxy is told from one of Strava."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")

    with pytest.raises(NetworkError) as error:
        fetcher.fetch(Session("any"))
    assert "the proxy in HTTPS_PROXY" in str(error.value)
    assert error.value.__cause__ is None


def test_login_wins_a_session(fetcher: CookieFetcher, stand_in: StandIn, strava: Strava) -> None:
    """An email and password win a session with its remember cookies, which then wins cookies."""
    session = fetcher.log_in(Login(strava.email, strava.password))

    assert session.remember_id == str(strava.athlete)
    assert session.remember_token
    assert fetcher.fetch(session).is_fresh()
    assert [
        "GET https://www.strava.com/login",
        "POST https://www.strava.com/session",
        "HEAD https://www.strava.com/maps",
    ] == asked(stand_in)
    assert ["www.strava.com"] == stand_in.connections


def test_login_for_the_classic_host(
    fetcher: CookieFetcher, stand_in: StandIn, strava: Strava
) -> None:
    """The classic host gives three cookies, whose query string opens its tiles."""
    cookies = fetcher.fetch(fetcher.log_in(Login(strava.email, strava.password)), CLASSIC)

    assert "GET https://heatmap-external-a.strava.com/auth" == asked(stand_in)[-1]
    assert list(CLASSIC.cookies) == list(cookies.values())
    tile = CLASSIC.layers(["all"], ["hot"])[0].tile_url(8, 198, 114, "heatmap-external-c")
    assert 200 == tile_status(stand_in, f"{tile}?{cookies.query()}")


@pytest.mark.parametrize(
    ("guard", "refusal", "logins"),
    [
        (Guard.FIREWALL, FirewallError, 0),
        (Guard.NO_FORM, LoginFormError, 0),
        (Guard.CAPTCHA, CaptchaError, 0),
        (Guard.CODE, OneTimeCodeError, 0),
        (Guard.CAPTCHA_AFTER, CaptchaError, 1),
        (Guard.CODE_AFTER, OneTimeCodeError, 1),
    ],
)
def test_each_refusal_has_its_name(
    fetcher: CookieFetcher,
    strava: Strava,
    guard: Guard,
    refusal: type[LoginRefusedError],
    logins: int,
) -> None:
    """Each guard is told apart, and the password is sent once at the most."""
    strava.guard = guard

    with pytest.raises(LoginRefusedError) as error:
        fetcher.log_in(Login(strava.email, strava.password))
    assert refusal is type(error.value)
    assert logins == strava.logins


@pytest.mark.parametrize("field", ["email", "password"])
def test_wrong_password_is_sent_once(fetcher: CookieFetcher, strava: Strava, field: str) -> None:
    """A refused login is never retried: Strava locks accounts."""
    right = {"email": strava.email, "password": strava.password}

    with pytest.raises(WrongPasswordError):
        fetcher.log_in(Login(**right | {field: "wrong@example.org"}))
    assert 1 == strava.logins


@pytest.mark.parametrize(
    "body", [b"", b"\x00\xff\xfe", b"<form><input name=email>", b"<!--", b"plain text"]
)
def test_login_page_that_is_no_page(
    fetcher: CookieFetcher, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    """Whatever stands where the login page should, it is a page without a form."""
    monkeypatch.setattr(stand_in.strava, "answer", lambda _: Response(body=body))

    with pytest.raises(LoginFormError):
        fetcher.log_in(Login("mapper@example.org", "secret"))


def test_session_goes_to_strava_only(
    fetcher: CookieFetcher, stand_in: StandIn, strava: Strava
) -> None:
    """The jar that holds the session gives it to https hosts of Strava alone."""
    fetcher.fetch(Session(strava.open_session()))
    http = fetcher._http

    for url, sent in [
        ("https://www.strava.com/", True),
        ("http://www.strava.com/", False),
        ("https://notstrava.com/", False),
    ]:
        request = http.prepare_request(requests.Request("GET", url))
        assert sent == ("_strava4_session" in request.headers.get("Cookie", ""))


def test_no_secret_of_an_earlier_session_is_left(
    fetcher: CookieFetcher, stand_in: StandIn, strava: Strava
) -> None:
    """A second session is sent alone, without the cookies that the first one won."""
    fetcher.fetch(Session(strava.open_session()))
    second = strava.open_session()
    fetcher.fetch(Session(second))

    assert {"_strava4_session": second} == stand_in.requests[-1].cookies
