"""The fetcher against the stand-in: what it asks, what it takes, and how it names refusals."""

import pytest
import requests

from stravacookies.errors import (
    BadCookieError,
    CaptchaError,
    ExpiredCookiesError,
    FirewallError,
    LoginFormError,
    LoginRefusedError,
    MissingCookieError,
    OneTimeCodeError,
    SessionRefusedError,
    UnexpectedAnswerError,
    WrongPasswordError,
)
from stravacookies.heatmap import CLASSIC, TODAY, TileHost
from stravacookies.session import Login, Session
from stravacookies.strava import CookieFetcher, TileFetcher
from tests.standin.faults import Place, say
from tests.standin.server import StandIn
from tests.standin.signing import Signer
from tests.standin.strava import Guard, Request, Response, Strava


def asked(stand_in: StandIn) -> list[str]:
    """What arrived, as `METHOD URL`."""
    return [f"{request.method} {request.url}" for request in stand_in.requests]


def status_for_josm(stand_in: StandIn, url: str, cookie: str = "") -> int:
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
    assert 200 == status_for_josm(stand_in, tile, cookies.header())


def test_empty_cookies_are_ignored(fetcher: CookieFetcher, strava: Strava) -> None:
    """The stand-in sends empty cookies of the same names too, as Strava does."""
    assert all(fetcher.fetch(Session(strava.open_session())).values().values())


def test_remember_cookies_alone_open_a_session(fetcher: CookieFetcher, strava: Strava) -> None:
    """A session that has ended is opened anew with the remember cookies beside it."""
    session = fetcher.log_in(Login(strava.email, strava.password))
    strava.end_sessions()

    assert fetcher.fetch(session).is_fresh()


@pytest.mark.parametrize("host", [TODAY, CLASSIC], ids=lambda host: host.key)
def test_ended_session_is_refused(fetcher: CookieFetcher, strava: Strava, host: TileHost) -> None:
    """A session that Strava sends to the login is refused, for either host."""
    session = Session(strava.open_session())
    strava.end_sessions()

    with pytest.raises(SessionRefusedError):
        fetcher.fetch(session, host)


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
        (Response(799), "answered 799, "),
        (Response(302, [("Location", "https://[::1")]), "a redirect that leads nowhere"),
        (
            Response(302, [("Location", "http://evil.example/x?y")]),
            "redirect to 'http://evil.example'",
        ),
        (Response(302, [("Location", "/maps")]), "redirect to 'https://www.strava.com'"),
        # Only Strava's own login says something of the session.
        (Response(302, [("Location", "https://evil.example/login")]), "'https://evil.example'"),
        (Response(302, [("Location", "//www.strava.com.evil.example/login")]), "'https://www.str"),
        (Response(302, [("Location", "http://www.strava.com/login")]), "'http://www.strava.com'"),
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
    monkeypatch.setattr("stravacookies.transport.sleep", lambda _: None)
    monkeypatch.setattr(stand_in.strava, "answer", lambda _: answer)

    with pytest.raises(UnexpectedAnswerError) as error:
        fetcher.fetch(Session("any"))
    assert what in str(error.value)
    assert {"https://www.strava.com/maps"} == {request.url for request in stand_in.requests}


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
    assert 200 == status_for_josm(stand_in, f"{tile}?{cookies.query()}")


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


def test_no_secret_of_an_earlier_session_is_left(
    fetcher: CookieFetcher, stand_in: StandIn, strava: Strava
) -> None:
    """A second session is sent alone, without the cookies that the first one won."""
    fetcher.fetch(Session(strava.open_session()))
    second = strava.open_session()
    fetcher.fetch(Session(second))

    assert {"_strava4_session": second} == stand_in.requests[-1].cookies


@pytest.mark.parametrize("location", ["https://www.strava.com", "/", "/athlete/verify_footprint"])
def test_any_other_redirect_is_a_login(
    fetcher: CookieFetcher, strava: Strava, location: str
) -> None:
    """Right is whatever leads anywhere but to the login, with a new session."""
    strava.after_login = location

    assert fetcher.log_in(Login(strava.email, strava.password)).value


@pytest.mark.parametrize("location", ["/en-GB/login", "/Login?x", "login"])
def test_any_way_to_the_login_is_a_refusal(
    fetcher: CookieFetcher, strava: Strava, location: str
) -> None:
    """A login page has more than one address."""
    strava.before_login = location

    with pytest.raises(WrongPasswordError):
        fetcher.log_in(Login(strava.email, "wrong"))


def test_visitors_session_is_no_login(fetcher: CookieFetcher, strava: Strava) -> None:
    """The session that every visitor has is not taken for one that is logged in."""
    strava.before_login = "/challenge"

    with pytest.raises(UnexpectedAnswerError):
        fetcher.log_in(Login(strava.email, "wrong"))


def test_token_is_found_in_the_head(fetcher: CookieFetcher, strava: Strava) -> None:
    """Where the form lacks its token, the one in the page's head is sent."""
    strava.guard = Guard.TOKEN_IN_HEAD

    assert fetcher.log_in(Login(strava.email, strava.password)).value


def test_cookie_that_was_cut_off_is_not_taken(
    fetcher: CookieFetcher, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the line of a cookie ends early, its value may, too."""
    real = stand_in.strava.answer

    def cut(request: Request) -> Response:
        answer = real(request)
        name, line = next(pair for pair in answer.headers if "_strava_idcf=ey" in pair[1])
        answer.headers.remove((name, line))
        answer.headers.append((name, line.partition(";")[0][:-6]))
        return answer

    monkeypatch.setattr(stand_in.strava, "answer", cut)
    with pytest.raises(MissingCookieError):
        fetcher.fetch(Session(stand_in.strava.open_session()))


def test_page_with_a_captcha_elsewhere(fetcher: CookieFetcher, strava: Strava) -> None:
    """A captcha in another form does not stand in the way of the login."""
    strava.guard = Guard.CAPTCHA_ELSEWHERE

    assert fetcher.log_in(Login(strava.email, strava.password)).value


def test_form_to_sign_up_is_not_the_login(fetcher: CookieFetcher, strava: Strava) -> None:
    """A form that takes an email and a password, but does not remember, is to sign up with."""
    strava.guard = Guard.SIGN_UP_FIRST

    assert fetcher.log_in(Login(strava.email, strava.password)).value


def test_login_form_again_is_a_wrong_password(fetcher: CookieFetcher, strava: Strava) -> None:
    """Where Strava shows the form again instead of redirecting to it, it means the same."""
    strava.guard = Guard.FORM_AGAIN

    with pytest.raises(WrongPasswordError):
        fetcher.log_in(Login(strava.email, "wrong"))


@pytest.mark.parametrize("host", [TODAY, CLASSIC])
def test_tile_tells_whether_cookies_open_it(
    fetcher: CookieFetcher, stand_in: StandIn, strava: Strava, host: TileHost
) -> None:
    """One request tells; no redirect is followed."""
    cookies = fetcher.fetch(Session(strava.open_session()), host)
    stand_in.exchanges.clear()
    good = TileFetcher(cookies, host).status()
    strava.signer = Signer()

    assert (200, 403) == (good, TileFetcher(cookies, host).status())
    assert 2 == len(stand_in.requests)


def test_error_does_not_show_what_opens_a_tile(
    fetcher: CookieFetcher, stand_in: StandIn, strava: Strava
) -> None:
    """The classic host's credentials stand in the query of the URL, and in no error."""
    cookies = fetcher.fetch(Session(strava.open_session()), CLASSIC)
    stand_in.faults = iter([(Place.SITE, say(b"HTTP/1.1 302 x\r\nLocation: http://[\r\n\r\n"))])
    with pytest.raises(UnexpectedAnswerError) as raised:
        TileFetcher(cookies, CLASSIC).status()

    assert (
        "https://heatmap-external-a.strava.com/tiles-auth/all/hot/8/198/114.png answered a redirect"
        " that leads nowhere, which was not expected: try again later."
    ) == str(raised.value)
