"""Requests with libcurl: proxy and certificates are those that `requests` would use."""

import asyncio
import socket
from base64 import b64encode
from contextlib import aclosing
from pathlib import Path

import pytest

from stravacookies.errors import NetworkError, StravaError
from stravacookies.heatmap import CURRENT
from stravacookies.server.arriving import Arriving
from stravacookies.server.client import Client
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.failures import NO_BUNDLE, PROXY_REFUSES, PROXY_UNUSABLE
from stravacookies.strava.tiles import PNG
from tests.standin import fast
from tests.standin.faults import Place, say
from tests.standin.server import StandIn

UNREACHABLE = "content-a.strava.com could not be reached: "
HOT = CURRENT.layer("all:hot").tile_url(8, 198, 114)


async def status(cookies: HeatmapCookies) -> int:
    """Request a tile, and return the status of the answer."""
    async with aclosing(Client(HOT)) as client:
        return (await client.get(HOT, cookies, Arriving())).status


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("REQUESTS_CA_BUNDLE", "/missing.pem", NO_BUNDLE),
        ("HTTPS_PROXY", "http://[::1", PROXY_UNUSABLE),
        ("HTTPS_PROXY", "http://user:\u0142@127.0.0.1:1", PROXY_UNUSABLE),
    ],
)
def test_environment_without_sense(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, why: str
) -> None:
    """This is told before anything is requested."""
    monkeypatch.setenv(variable, value)

    with pytest.raises(NetworkError) as error:
        Client(HOT)
    assert f"{UNREACHABLE}{why}." == str(error.value)
    assert [] == stand_in.connections


@pytest.mark.parametrize("head", [b"Content-Length: 2000000", b"X: x"])
def test_too_large(cookies: HeatmapCookies, stand_in: StandIn, head: bytes) -> None:
    """What no tile can be is not read to its end, whether its length is stated or not."""
    sent = b"HTTP/1.1 200 OK\r\n%b\r\n\r\n" % head + PNG + bytes(2_000_000)
    stand_in.faults = iter([(Place.SITE, say(sent))])

    with pytest.raises(StravaError, match="Strava sent more than a picture of a tile can have"):
        asyncio.run(status(cookies))


def test_password_of_a_proxy(cookies: HeatmapCookies, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read as `requests` reads it, and sent to the proxy."""
    expected = b64encode("us er:p\xe4@s ".encode("latin-1"))

    async def ask() -> None:
        asking = asyncio.create_task(status(cookies))
        connection, _ = await asyncio.to_thread(listener.accept)
        with connection:
            head = await asyncio.to_thread(connection.recv, 10_000)
            connection.sendall(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
            with pytest.raises(NetworkError, match=PROXY_REFUSES):
                await asking
        assert b"\r\nProxy-Authorization: Basic %b\r\n" % expected in head
        assert b"Cookie" not in head

    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = f"us er:p\xe4@s%20@127.0.0.1:{listener.getsockname()[1]}"
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy}")
        asyncio.run(ask())


def test_proxy_with_tls(
    cookies: HeatmapCookies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is verified like Strava; the path of the certificates can have any letters."""
    folder = tmp_path / "\xe4"
    folder.mkdir()
    with fast.running(folder) as host:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(host.ca))
        monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{host.tls_port}")
        assert 200 == asyncio.run(status(cookies))
