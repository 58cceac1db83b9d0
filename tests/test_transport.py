"""The way to Strava, with all that can go wrong on it; the fetcher asks, since users do with it."""

import errno
import gzip
import inspect
import logging
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import repeat as forever
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from stravacookies import __version__
from stravacookies.errors import (
    ConnectionLostError,
    MissingCookieError,
    NetworkError,
    StravaError,
    UnexpectedAnswerError,
)
from stravacookies.session import Login, Session
from stravacookies.strava import CookieFetcher, TileFetcher
from stravacookies.transport import PATIENCE, Answer, Transport
from tests.standin.faults import Fault, Place, close, drip, repeat, reset, say, silence
from tests.standin.server import StandIn
from tests.standin.strava import Request, Response, Strava

LOST = "www.strava.com could not be reached: the connection was broken off."
LATE = "www.strava.com could not be reached: it did not answer in time."
NONSENSE = (
    "https://www.strava.com/maps answered something that cannot be understood, which was not"
    " expected: try again later."
)
NO_TLS = "www.strava.com could not be reached: what answers there does not speak TLS."
PROXY = "www.strava.com could not be reached: the proxy in HTTPS_PROXY does not let it through."


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between requests, which take no time here."""
    pauses: list[float] = []
    monkeypatch.setattr("stravacookies.transport.sleep", pauses.append)
    return pauses


@pytest.mark.parametrize(
    ("place", "fault", "words"),
    [
        (Place.PROXY, close, LOST),
        (Place.PROXY, reset, LOST),
        (Place.PROXY, say(b"garbage\r\n\r\n"), NONSENSE),
        (Place.PROXY, say(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"), PROXY),
        (Place.PROXY, say(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"), PROXY),
        (Place.TUNNEL, close, LOST),
        (Place.TUNNEL, reset, LOST),
        (Place.TUNNEL, say(b"garbage\r\n\r\n"), NO_TLS),
        (Place.SITE, close, LOST),
        (Place.SITE, reset, LOST),
        (Place.SITE, say(b"garbage\r\n\r\n"), NONSENSE),
        (Place.SITE, say(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 99999), NONSENSE),
        (Place.SITE, say(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 999 + b"\r\n"), NONSENSE),
    ],
)
def test_fault_is_named(
    fetcher: CookieFetcher, stand_in: StandIn, place: Place, fault: Fault, words: str
) -> None:
    """Whatever is met instead of an answer, one sentence says what it was."""
    stand_in.faults = forever((place, fault))

    with pytest.raises(StravaError) as error:
        fetcher.fetch(Session("any"))
    assert words == str(error.value)
    assert error.value.__cause__ is None


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        (Place.PROXY, silence),
        (Place.PROXY, drip(b"HTTP/1.1 200 OK\r\nX: ")),
        (Place.TUNNEL, silence),
        (Place.SITE, silence),
        (Place.SITE, drip(b"HTTP/1.1 200 OK\r\nX: ")),
        (Place.SITE, repeat(b"HTTP/1.1 100 Continue\r\n\r\n", 0.01)),
    ],
)
def test_nobody_is_waited_for_too_long(
    fetcher: CookieFetcher, stand_in: StandIn, place: Place, fault: Fault
) -> None:
    """Who says nothing, or a byte now and then, or nothing but "continue", is given up."""
    stand_in.faults = forever((place, fault))

    with pytest.raises(NetworkError) as error:
        fetcher.fetch(Session("any"), patience=0.3)
    assert LATE == str(error.value)


def test_no_pause_is_longer_than_the_time_left(
    stand_in: StandIn, fetcher: CookieFetcher, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lost connection is told at once when a pause would outlast the user's patience."""
    monkeypatch.setattr("stravacookies.transport.monotonic", lambda: sum(pauses))
    stand_in.faults = forever((Place.TUNNEL, reset))
    with pytest.raises(ConnectionLostError):
        Transport().ask("GET", "https://www.strava.com/maps", until=5.0)

    assert [1.0, 2.0] == pauses


def test_patience() -> None:
    """Unless somebody says otherwise, nobody waits longer than 45 seconds."""
    assert 45 == PATIENCE
    assert {PATIENCE} == {
        inspect.signature(method).parameters["patience"].default
        for method in (
            CookieFetcher.fetch,
            CookieFetcher.log_in,
            TileFetcher.status,
            TileFetcher.thumbnail,
        )
    }


def test_answer_shows_no_secret() -> None:
    """Neither a page nor the address of a redirect is for everybody's eyes."""
    redirect = urlsplit("https://www.strava.com/x?token=SECRET")

    assert "SECRET" not in repr(Answer("https://www.strava.com", 302, redirect, 0.0, b"SECRET"))


def test_page_that_drips_is_not_waited_for(fetcher: CookieFetcher, stand_in: StandIn) -> None:
    """A page of which a byte comes now and then is given up, too."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"
    stand_in.faults = forever((Place.SITE, drip(head)))

    with pytest.raises(NetworkError) as error:
        fetcher.log_in(Login("mapper@example.org", "secret"), patience=0.3)
    assert LATE == str(error.value)


def test_fetcher_works_after_it_has_given_up(
    fetcher: CookieFetcher, stand_in: StandIn, strava: Strava
) -> None:
    """What was given up leaves nothing behind that the next call would meet."""
    stand_in.faults = iter([(Place.SITE, silence)])
    with pytest.raises(NetworkError):
        fetcher.fetch(Session("any"), patience=0.3)

    assert fetcher.fetch(Session(strava.open_session())).is_fresh()


@pytest.mark.parametrize(
    "page",
    [
        b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(64 << 20)),
        b"Content-Length: 99999999\r\n\r\n" + bytes(5 << 20),
    ],
    ids=["gzip", "plain"],
)
def test_page_without_end_is_not_read(
    fetcher: CookieFetcher, stand_in: StandIn, page: bytes
) -> None:
    """A page that would fill the memory, when unpacked or as it is, is refused."""
    stand_in.faults = forever((Place.SITE, say(b"HTTP/1.1 200 OK\r\n" + page)))

    with pytest.raises(UnexpectedAnswerError, match="answered more than 4 MB"):
        fetcher.log_in(Login("mapper@example.org", "secret"))


def test_page_that_is_cut_short(fetcher: CookieFetcher, stand_in: StandIn) -> None:
    """A page that ends early is no page; it is asked for again."""
    cut = say(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<form>")
    stand_in.faults = iter([(Place.SITE, cut)] * 4)

    with pytest.raises(ConnectionLostError):
        fetcher.log_in(Login("mapper@example.org", "secret"))
    assert 4 == len(stand_in.connections)


@pytest.fixture
def without_proxy(fetcher: CookieFetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy is set, and no host is ever asked: who looks one up gets a test's answer."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name)


@pytest.mark.usefixtures("without_proxy")
def test_name_that_is_not_known(fetcher: CookieFetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network, names have no addresses."""

    def fail(*_: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(NetworkError) as error:
        fetcher.fetch(Session("any"))
    assert "www.strava.com could not be reached: its address could not be found." == str(
        error.value
    )


@pytest.mark.usefixtures("without_proxy")
def test_name_server_that_does_not_answer(
    fetcher: CookieFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No time limit of a connection helps against a name server that says nothing."""
    looking_up = socket.socketpair()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: looking_up[0].recv(1))
    with pytest.raises(NetworkError) as error:
        fetcher.fetch(Session("any"), patience=0.3)
    for end in looking_up:
        end.close()
    assert LATE == str(error.value)


@pytest.mark.usefixtures("without_proxy")
@pytest.mark.parametrize("number", [errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ECONNREFUSED])
def test_host_that_cannot_be_reached(
    fetcher: CookieFetcher, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Without a route, or with nobody there, there is no connection."""
    here = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [here])

    def fail(*_: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(socket.socket, "connect", fail)
    with pytest.raises(NetworkError) as error:
        fetcher.fetch(Session("any"))
    assert "www.strava.com could not be reached: there is no connection to it." == str(error.value)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("times", [1, 3])
def test_passing_fault_is_overcome(
    fetcher: CookieFetcher,
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    pauses: list[float],
    status: int,
    times: int,
) -> None:
    """What Strava says of itself, that it cannot now, is tried again up to three times."""
    answers(stand_in, monkeypatch, [Response(status)] * times)

    assert fetcher.fetch(Session(stand_in.strava.open_session())).is_fresh()
    assert [1.0, 2.0, 4.0][:times] == pauses


def test_lost_connection_is_made_again(
    fetcher: CookieFetcher, stand_in: StandIn, strava: Strava, pauses: list[float]
) -> None:
    """A connection that breaks off is tried again up to three times."""
    stand_in.faults = iter([(Place.PROXY, reset), (Place.TUNNEL, close), (Place.SITE, reset)])

    assert fetcher.fetch(Session(strava.open_session())).is_fresh()
    assert [1.0, 2.0, 4.0] == pauses


def test_fault_that_stays_is_told(
    fetcher: CookieFetcher, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the fourth time the fault is no passing one."""
    answers(stand_in, monkeypatch, [Response(503)] * 9)

    with pytest.raises(UnexpectedAnswerError, match="503 Service Unavailable"):
        fetcher.fetch(Session("any"))
    assert 4 == len(stand_in.requests)


def answers(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, first: list[Response]) -> None:
    """Let Strava give these answers first, and its own then."""
    real, left = stand_in.strava.answer, iter(first)
    monkeypatch.setattr(
        stand_in.strava, "answer", lambda request: next(left, None) or real(request)
    )


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [("7", 7.0), ("30", 30.0), ("0", 1.0), ("-5", 1.0), ("soon", 1.0), ("9" * 5000, 1.0)],
)
def test_retry_after_is_honoured(
    fetcher: CookieFetcher,
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    pauses: list[float],
    retry_after: str,
    pause: float,
) -> None:
    """Strava may say for how many seconds it wants to be left alone; nonsense does not count."""
    answers(stand_in, monkeypatch, [Response(429, [("Retry-After", retry_after)])])
    fetcher.fetch(Session(stand_in.strava.open_session()))

    assert [pause] == pauses


def test_retry_after_may_be_a_date(
    fetcher: CookieFetcher,
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    pauses: list[float],
) -> None:
    """It may say until when, too."""
    end = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    answers(stand_in, monkeypatch, [Response(503, [("Retry-After", end)])])
    fetcher.fetch(Session(stand_in.strava.open_session()))

    (pause,) = pauses
    assert 15 < pause <= 20


@pytest.mark.parametrize(("retry_after", "patience"), [("31", 45), ("20", 10)])
def test_long_retry_after_is_not_waited_for(
    fetcher: CookieFetcher,
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    pauses: list[float],
    retry_after: str,
    patience: float,
) -> None:
    """If Strava wants to be left alone for longer than anybody waits, the run ends at once."""
    answers(stand_in, monkeypatch, [Response(429, [("Retry-After", retry_after)])])

    with pytest.raises(UnexpectedAnswerError, match="429 Too Many Requests"):
        fetcher.fetch(Session(stand_in.strava.open_session()), patience=patience)
    assert [] == pauses


def test_repeated_request_is_the_same(
    fetcher: CookieFetcher, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cookie that came with an error does not take the session's place."""
    anonymous = ("Set-Cookie", "_strava4_session=anonymous; domain=.strava.com; path=/; secure")
    answers(stand_in, monkeypatch, [Response(503, [anonymous])])
    session = stand_in.strava.open_session()
    fetcher.fetch(Session(session))

    assert [{"_strava4_session": session}] * 2 == [request.cookies for request in stand_in.requests]


@pytest.mark.parametrize("reset", [False, True])
def test_login_is_never_sent_again(
    fetcher: CookieFetcher,
    stand_in: StandIn,
    strava: Strava,
    monkeypatch: pytest.MonkeyPatch,
    reset: bool,
) -> None:
    """Whatever happens to an email and password on the way, they are sent once."""
    real = strava.answer
    logins = []

    def fail(request: Request) -> Response:
        if request.method != "POST":
            return real(request)
        logins.append(request)
        if reset:
            raise ConnectionResetError
        return Response(503)

    monkeypatch.setattr(strava, "answer", fail)
    with pytest.raises(StravaError):
        fetcher.log_in(Login(strava.email, strava.password))
    assert 1 == len(logins)


def test_session_is_for_strava_alone(
    fetcher: CookieFetcher, strava: Strava, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The jar itself would send the session to no other host, and never in clear."""
    sent: list[tuple[str, bool]] = []
    real = Transport.ask

    def spy(transport: Transport, *arguments: Any) -> Answer:
        sent.extend((cookie.domain, cookie.secure) for cookie in iter(transport.cookies))
        return real(transport, *arguments)

    monkeypatch.setattr(Transport, "ask", spy)
    fetcher.fetch(Session(strava.open_session()))

    assert [(".strava.com", True)] == sent


def test_it_says_who_asks(fetcher: CookieFetcher, stand_in: StandIn, strava: Strava) -> None:
    """Strava can tell this program, and its version, from a browser."""
    fetcher.fetch(Session(strava.open_session()))

    assert f"stravacookies/{__version__}" == stand_in.requests[0].headers["user-agent"]


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
    # What it comes from could tell what was sent.
    assert error.value.__cause__ is error.value.__context__ is None


def test_broken_header_brings_no_cookie_into_a_log(
    fetcher: CookieFetcher,
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """urllib3 would log a whole head, cookies included, of which one line is broken."""
    answer = Response(headers=[("no colon\r\nSet-Cookie", "_strava_idcf=secret")])
    monkeypatch.setattr(stand_in.strava, "answer", lambda _: answer)

    with caplog.at_level(logging.DEBUG), pytest.raises(MissingCookieError):
        fetcher.fetch(Session("any"))
    assert "secret" not in caplog.text


def test_netrc_is_not_sent(
    fetcher: CookieFetcher,
    stand_in: StandIn,
    strava: Strava,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A password that the user has in `~/.netrc` for other programs does not leave."""
    (tmp_path / "netrc").write_text("default login user password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    fetcher.fetch(Session(strava.open_session()))

    assert "authorization" not in stand_in.requests[0].headers


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("REQUESTS_CA_BUNDLE", "/nowhere", "the certificates in REQUESTS_CA_BUNDLE or"),
        ("HTTPS_PROXY", "http://", "the proxy in HTTPS_PROXY cannot be used"),
        ("HTTPS_PROXY", "http://us er@[::1:99", "the proxy in HTTPS_PROXY cannot be used"),
    ],
)
def test_settings_that_cannot_be_used_are_named(
    fetcher: CookieFetcher,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    reason: str,
) -> None:
    """A mistake in the user's own settings is told from a fault of the network."""
    monkeypatch.setenv(variable, value)

    with pytest.raises(NetworkError, match=reason):
        fetcher.fetch(Session("any"))
