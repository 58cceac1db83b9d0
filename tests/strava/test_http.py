"""Requests to Strava, and all that can go wrong on the way."""

import errno
import gzip
import logging
import socket
import time
import tracemalloc
from collections.abc import Callable
from itertools import repeat as forever
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

from stravacookies import __version__
from stravacookies.deadline import Deadline
from stravacookies.errors import NetworkError, StravaError
from stravacookies.strava.fetcher import CookieFetcher
from stravacookies.strava.http import Answer, HttpClient
from tests.standin.faults import Fault, Place, close, drip, repeat, reset, say, silence
from tests.standin.server import StandIn
from tests.standin.strava import Response

URL = "https://www.strava.com/dashboard"
OK = b"HTTP/1.1 200 OK\r\n"
GZIP = b"Content-Encoding: gzip\r\n\r\n"
MEGABYTE_IN_GZIP = gzip.compress(bytes(1 << 20))
UNREACHABLE = "www.strava.com could not be reached: "
LOST = f"{UNREACHABLE}the connection broke."
LATE = "www.strava.com did not answer in time."
NONSENSE = f"{URL} sent an unexpected answer (something that makes no sense): try again later."
TOO_LARGE = f"{URL} sent an unexpected answer (more than 1 MB): try again later."
NO_TLS = f"{UNREACHABLE}the server there does not speak TLS."
NO_ADDRESS = f"{UNREACHABLE}its address could not be found."
NO_CONNECTION = f"{UNREACHABLE}there is no connection to it."
NOT_VERIFIED = "its certificate could not be verified; REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names"
PROXY = f"{UNREACHABLE}the proxy in HTTPS_PROXY refuses the connection."
OWN = {"_strava4_session": "own"}
ANONYMOUS = ("Set-Cookie", "_strava4_session=anonymous; domain=.strava.com; path=/; secure")
Override = Callable[..., None]


@pytest.fixture
def client(fetcher: CookieFetcher) -> HttpClient:
    """Return a client that finds the stand-in in the place of Strava."""
    return HttpClient()


def get(client: HttpClient, seconds: float = 45) -> Answer:
    """Request a page, and retry after a temporary fault."""
    return client.request_with_retries("GET", URL, Deadline(seconds))


def busy(retry_after: str) -> Response:
    """Return the answer of a server that asks for a pause."""
    return Response(429, [("Retry-After", retry_after)])


@pytest.mark.parametrize(
    ("place", "fault", "why"),
    [
        *((place, fault, LOST) for place in Place for fault in (close, reset)),
        (Place.PROXY, say(b"garbage\r\n\r\n"), NONSENSE),
        (Place.PROXY, say(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"), PROXY),
        (Place.PROXY, say(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"), PROXY),
        (Place.TUNNEL, say(b"garbage\r\n\r\n"), NO_TLS),
        (Place.SITE, say(b"garbage\r\n\r\n"), NONSENSE),
        (Place.SITE, say(OK + b"X: " + b"x" * 99999), NONSENSE),
        (Place.SITE, say(OK + b"X: y\r\n" * 999 + b"\r\n"), NONSENSE),
        (Place.SITE, say(OK + GZIP + b"plain"), NONSENSE),
        (Place.SITE, say(OK + b"Content-Length: 99\r\n\r\n<form>"), LOST),
    ],
)
def test_fault_is_named(
    client: HttpClient, stand_in: StandIn, pauses: list[float], place: Place, fault: Fault, why: str
) -> None:
    """One sentence names what came instead of an answer. Only a lost connection is retried."""
    stand_in.faults = forever((place, fault))

    with pytest.raises(StravaError) as error:
        get(client)
    assert (why, [1.0, 2.0, 4.0] if why == LOST else []) == (str(error.value), pauses)
    assert error.value.__cause__ is error.value.__context__ is None  # it could show what was sent


@pytest.mark.parametrize(
    "answer",
    [
        OK + GZIP + MEGABYTE_IN_GZIP * 600,
        OK + b"Content-Encoding: gzip, gzip\r\n\r\n" + gzip.compress(MEGABYTE_IN_GZIP * 600),
        OK + b"Content-Length: 99999999\r\n\r\n" + bytes(5 << 20),
    ],
    ids=["gzip", "gzip in gzip", "plain"],
)
def test_large_answer_takes_little_memory(
    client: HttpClient, stand_in: StandIn, answer: bytes
) -> None:
    """However much an answer of a few kB expands to, it is not expanded beyond the limit."""
    stand_in.faults = iter([(Place.SITE, say(answer))])
    tracemalloc.start()
    try:
        with pytest.raises(StravaError) as error:
            get(client)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert TOO_LARGE == str(error.value)


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        *((place, silence) for place in Place),
        (Place.PROXY, drip(OK + b"X: ")),
        (Place.SITE, drip(OK + b"X: ")),
        (Place.SITE, drip(OK + b"Content-Length: 99999\r\n\r\n")),
        (Place.SITE, repeat(b"HTTP/1.1 100 Continue\r\n\r\n", 0.01)),
    ],
)
def test_slow_answer_is_given_up(
    client: HttpClient, stand_in: StandIn, place: Place, fault: Fault
) -> None:
    """A server that sends nothing, or a byte now and then, is given up at the deadline."""
    stand_in.faults = iter([(place, fault)])

    with pytest.raises(NetworkError) as error:
        get(client, 0.3)
    assert LATE == str(error.value)
    assert 200 == get(client).status  # nothing of it is in the way of the next request


class Hasty(HTTPAdapter):
    """Waits for each part of an answer for a short time only."""

    def send(self, *arguments: Any, **settings: Any) -> Any:
        """Send a request."""
        return super().send(*arguments, **settings | {"timeout": 0.2})


@pytest.mark.parametrize("head", [b"", OK + b"Content-Length: 99\r\n\r\n"])
@pytest.mark.usefixtures("client")
def test_silent_server_is_given_up(stand_in: StandIn, head: bytes) -> None:
    """A server that falls silent is given up before the deadline. A caller's adapter is used."""

    def fall_silent(connection: socket.socket) -> None:
        connection.sendall(head)
        silence(connection)

    stand_in.faults = iter([(Place.SITE, fall_silent)])
    session = requests.Session()
    session.mount("https://", Hasty())

    with pytest.raises(NetworkError) as error:
        get(HttpClient(session))
    assert LATE == str(error.value)


@pytest.mark.parametrize(
    ("function", "stub", "words"),
    [
        ("getaddrinfo", lambda *_: time.sleep(5), LATE),  # no timeout of a connection ends this
        ("getaddrinfo", Mock(side_effect=socket.gaierror(socket.EAI_AGAIN, "no")), NO_ADDRESS),
        ("socket.connect", Mock(side_effect=TimeoutError), LATE),
        *(
            ("socket.connect", Mock(side_effect=OSError(number, "no")), NO_CONNECTION)
            for number in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ECONNREFUSED)
        ),
    ],
)
def test_unreachable_host_is_named(
    client: HttpClient, monkeypatch: pytest.MonkeyPatch, function: str, stub: object, words: str
) -> None:
    """Without an address, a route or a server there is no connection."""
    monkeypatch.delenv("HTTPS_PROXY")
    local = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1))
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: [local])
    monkeypatch.setattr(f"socket.{function}", stub)

    with pytest.raises(NetworkError) as error:
        get(client, 1)
    assert words == str(error.value)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"REQUESTS_CA_BUNDLE": "", "CURL_CA_BUNDLE": ""}, NOT_VERIFIED),
        ({"REQUESTS_CA_BUNDLE": "/usr"}, NOT_VERIFIED),  # a folder without certificates
        ({"HTTPS_PROXY": "http://"}, "the proxy in HTTPS_PROXY cannot be used"),
        ({"HTTPS_PROXY": "http://us er@[::1:99"}, "the proxy in HTTPS_PROXY cannot be used"),
        ({"HTTPS_PROXY": "http://127.0.0.1:1"}, "the proxy in HTTPS_PROXY refuses the connection"),
    ],
)
def test_unusable_settings_are_named(
    client: HttpClient, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], why: str
) -> None:
    """An error in the user's own settings is not reported as one of the network."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(NetworkError, match=UNREACHABLE + why):
        get(client)


PEM = "-----{} CERTIFICATE-----\n"


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize(
    "content",
    [None, "", "text", PEM.format("BEGIN"), PEM.format("BEGIN") + "AAAA\n" + PEM.format("END")],
)
def test_certificates_that_cannot_be_read(
    client: HttpClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    content: str | None,
) -> None:
    """A file that is missing, or without a certificate, is not reported as a fault of Strava."""
    file = tmp_path / "bundle.pem"
    if content is not None:
        file.write_text(content)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.setenv(variable, str(file))

    with pytest.raises(NetworkError) as error:
        get(client)
    why = "the certificates in REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE cannot be read."
    assert f"{UNREACHABLE}{why}" == str(error.value)


@pytest.mark.parametrize(
    ("first", "status", "expected"),
    [
        *(([Response(status)], 200, [1.0]) for status in (429, 500, 502, 503, 504)),
        ([Response(503, [ANONYMOUS])] * 3, 200, [1.0, 2.0, 4.0]),
        ([Response(503)] * 9, 503, [1.0, 2.0, 4.0]),
        ([Response(404)], 404, []),
        # Strava may ask for a pause of up to 30 seconds; nonsense does not count.
        *(([busy(pause)], 200, [float(pause)]) for pause in ("7", "30")),
        *(([busy(pause)], 200, [1.0]) for pause in ("0", "-5", "soon", "9" * 5000)),
        *(([busy(pause)], 429, []) for pause in ("31", "Fri, 01 Jan 2100 00:00:00 GMT")),
    ],
)
def test_passing_fault_is_retried(
    client: HttpClient,
    stand_in: StandIn,
    override: Override,
    pauses: list[float],
    first: list[Response],
    status: int,
    expected: list[float],
) -> None:
    """Temporary faults of Strava are retried up to three times, each time with the same cookies."""
    answers = iter(first)
    override(lambda _: next(answers, None))
    client.set_cookies(OWN)

    assert (status, expected) == (get(client).status, pauses)
    assert [OWN] * (1 + len(pauses)) == [request.cookies for request in stand_in.requests]


def test_lost_connection_is_retried(
    client: HttpClient, stand_in: StandIn, pauses: list[float]
) -> None:
    """A connection that breaks is opened again up to three times, while there is time."""
    stand_in.faults = iter([(Place.PROXY, reset), (Place.TUNNEL, close), (Place.SITE, reset)])
    assert 200 == get(client).status

    stand_in.faults = forever((Place.TUNNEL, reset))
    with pytest.raises(NetworkError):
        get(HttpClient(), 3.9)
    assert [1.0, 2.0, 4.0, 1.0, 2.0] == pauses


def test_own_headers(
    client: HttpClient, stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Strava learns the program's version, and no password for others from `~/.netrc`."""
    (tmp_path / "netrc").write_text("default login user password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    get(client)
    get(HttpClient(requests.Session()))
    first, second = (request.headers for request in stand_in.requests)

    assert f"stravacookies/{__version__}" == first["user-agent"]
    assert "authorization" not in first.keys() | second.keys()


def test_answer_shows_no_secret() -> None:
    """`repr` shows neither a page nor where a redirect leads."""
    redirect = urlsplit("https://www.strava.com/x?token=SECRET")

    assert "SECRET" not in repr(Answer("https://www.strava.com", 302, redirect, 0.0, b"SECRET"))


def test_log_shows_no_cookie_of_a_malformed_answer(
    client: HttpClient, override: Override, caplog: pytest.LogCaptureFixture
) -> None:
    """If one header is malformed, urllib3 would log all of them, cookies included."""
    override(lambda _: Response(headers=[("no colon\r\nSet-Cookie", "_strava_idcf=secret")]))

    with caplog.at_level(logging.DEBUG):
        client.request("HEAD", URL, Deadline(45))
    assert "secret" not in caplog.text


def test_log_shows_no_cookie_without_a_name(
    client: HttpClient, override: Override, caplog: pytest.LogCaptureFixture
) -> None:
    """What has no name could be the value."""
    override(lambda _: Response(headers=[("Set-Cookie", "secret; domain=.strava.com")]))

    with caplog.at_level(logging.INFO):
        client.request("HEAD", URL, Deadline(45))
    assert "cookie '' of .strava.com: (6 characters)" in caplog.text


@pytest.mark.usefixtures("client")
def test_callers_session(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller's proxies, certificates and headers are used. Cookies are not, and do not change."""
    for name in stand_in.environment():
        monkeypatch.delenv(name)
    session = requests.Session()
    session.proxies = {"https": f"http://127.0.0.1:{stand_in.server_port}"}
    session.verify = str(stand_in.ca)
    session.headers.update({"User-Agent": "caller's", "cookie": "_strava4_session=caller's"})
    session.headers["Accept"] = None  # type: ignore[assignment]  # as requests allows
    session.cookies.set("_strava4_session", "caller's", domain=".strava.com")
    client = HttpClient(session)
    client.set_cookies(OWN)
    assert [(".strava.com", True)] == [(cookie.domain, cookie.secure) for cookie in client.cookies]
    client.request("GET", "https://www.strava.com/login", Deadline(45))  # it sets a cookie

    (request,) = stand_in.requests
    assert "caller's" == request.headers["user-agent"]
    assert OWN == request.cookies
    assert "own" not in client.cookies.values()
    assert ["caller's"] == session.cookies.values()
