"""The server as its callers see it, with the stand-in in Strava's place."""

import asyncio
import gc
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import repeat
from pathlib import Path

import aiohttp
import psutil
import pytest
import requests
from PIL import Image

from stravacookies.credentials.store import CredentialStore
from stravacookies.server import serving as serving_module
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.session import Session
from stravacookies.strava.tiles import PNG, PNG_END
from stravacookies.version import __version__
from tests.made_up import values
from tests.pretended_browser import has_ended, pretended
from tests.served import TILE, Served, serving
from tests.standin import fast
from tests.standin.faults import Place, reset, say
from tests.standin.server import StandIn
from tests.standin.signing import Signer
from tests.standin.strava import Request, Response, Strava

OSM = "https://www.openstreetmap.org"
MANY = 20_000 if os.environ.get("REQUIRE_REAL_PARTS") else 2_500
"""How many tiles to ask for: fewer where people wait for the tests."""

CACHING = ("ETag", "Cache-Control")
URL = "https://content-a.strava.com/identified/globalheat/all/hot/8/198/114.png?v=19"


class Crowded:
    """Counts the tiles that a slow Strava is asked for at the same time.

    Attributes:
        most: The largest number so far.
        urls: All of them.
        opened: Lets the answers go.
    """

    def __init__(self, strava: Strava) -> None:
        self.most, self.urls, self.opened = 0, list[str](), threading.Event()
        self._now, self._lock, self._strava = 0, threading.Lock(), strava

    def answer(self, request: Request) -> Response:
        """Answer a request to one of Strava's hosts."""
        with self._lock:
            self._now += 1
            self.urls.append(request.url)
            self.most = max(self.most, self._now)
        self.opened.wait(20)
        with self._lock:
            self._now -= 1
        return Strava.answer(self._strava, request)


@pytest.fixture
def logged_in(environment: dict[str, str], strava: Strava) -> dict[str, str]:
    """The environment of a user who is logged in."""
    return environment | {"STRAVA_SESSION": strava.open_session()}


@pytest.fixture
def served(logged_in: dict[str, str]) -> Iterator[Served]:
    """A running server."""
    with serving(logged_in) as served:
        yield served


def text(answer: requests.Response) -> tuple[int, str]:
    """Return the status and the text of an answer that is not a tile."""
    assert "text/plain; charset=utf-8" == answer.headers["Content-Type"]
    return answer.status_code, answer.text.removesuffix("\n")


def tiles(stand_in: StandIn) -> list[Request]:
    """Return the requests for tiles."""
    return [each for each in stand_in.requests if each.host.startswith("content")]


def test_tiles(served: Served, stand_in: StandIn) -> None:
    """A tile is Strava's, byte for byte, with its caching; nothing of the caller goes to Strava."""
    secrets = {"Cookie": "a=secret", "Authorization": "secret", "Referer": f"{OSM}/secret"}
    first = served.ask(**secrets, X_Secret="secret", User_Agent="secret")
    (request,) = tiles(stand_in)
    sent = stand_in.exchanges[-1][1]

    assert (200, sent.body) == (first.status_code, first.content)
    assert {
        **{"server": f"stravacookies/{__version__}", "x-content-type-options": "nosniff"},
        **{"content-type": "image/png", "content-length": str(len(sent.body))},
        **{"vary": "Origin", "cross-origin-resource-policy": "cross-origin"},
        **{name.lower(): value for name, value in sent.headers if name in CACHING},
        "date": first.headers["Date"],
    } == dict(first.headers)
    assert URL == request.url
    assert not [value for value in request.headers.values() if "secret" in value]
    assert {"host", "user-agent", "accept", "accept-encoding", "cookie"} == request.headers.keys()

    head = served.ask(method="HEAD")
    assert (200, b"") == (head.status_code, head.content)
    for name in ("ETag", "Content-Length"):
        assert first.headers[name] == head.headers[name]
    same = served.ask(If_None_Match=f'"x", {first.headers["ETag"]}')
    assert (304, b"") == (same.status_code, same.content)
    assert first.headers["ETag"] == same.headers["ETag"]
    assert (404, "There is no heat in this tile.") == text(served.ask("/all/hot/14/1/1.png"))
    assert 200 == served.ask().status_code
    assert 1 == stand_in.connections.count("content-a.strava.com")


def test_enlarged(served: Served, stand_in: StandIn) -> None:
    """Beyond zoom level 15, tiles are parts of those of that level, asked for once at a time."""
    x, y = 17066 << 4, 11790 << 4  # Turin
    paths = [f"/ride/blue/19/{x + i % 16}/{y + i // 16}.png" for i in range(0, 256, 51)]
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(served.ask, paths))
    parent = served.ask(f"/ride/blue/15/{x >> 4}/{y >> 4}.png")

    assert {(200, "image/png")} == {(a.status_code, a.headers["Content-Type"]) for a in found}
    assert {(512, 512)} == {Image.open(BytesIO(answer.content)).size for answer in found}
    assert {parent.headers["ETag"]} == {answer.headers["ETag"] for answer in found}
    assert {f"/identified/globalheat/ride/blue/15/{x >> 4}/{y >> 4}.png"} == {
        each.path for each in tiles(stand_in)
    }


def test_parents(
    served: Served, stand_in: StandIn, strava: Strava, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tiles of one area need a request for each parent, even while Strava wants a pause."""
    x, y = (17066 << 3) - 2, (11790 << 3) - 2
    paths = [f"/ride/blue/18/{x + i % 4}/{y + i // 4}.png" for i in range(16)]
    assert {200} == {served.ask(path).status_code for path in paths}
    assert 4 == len(tiles(stand_in))

    monkeypatch.setattr(strava, "answer", lambda _: Response(429, [("Retry-After", "7")]))
    answer = served.ask()
    words = "Strava asks for fewer requests. Tiles are requested again in 7 s."
    assert (503, words) == text(answer)
    assert "7" == answer.headers["Retry-After"]
    assert 200 == served.ask(paths[0]).status_code
    assert 5 == len(tiles(stand_in))


def test_strangers(served: Served, stand_in: StandIn) -> None:
    """Other names, sites, methods and paths are refused, before Strava is asked."""
    site = "Only pages of openstreetmap.org, rapideditor.org and localhost may use these tiles."
    stranger = served.ask(Origin="https://example.com")
    framed = served.ask(Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="iframe")

    assert (403, site) == text(stranger) == text(framed)
    assert "Access-Control-Allow-Origin" not in stranger.headers
    assert (403, f"Only {served.url} leads here.") == text(served.ask(Host="example.com"))
    assert (405, "Only GET and HEAD are answered.") == text(served.ask(method="POST"))
    assert (405, "GET, HEAD") == (
        (answer := served.ask(method="OPTIONS")).status_code,
        answer.headers["Allow"],
    )
    for path in (f"{TILE}?v=1", "/all/hot/20/0/0.png", "/etc/passwd", "/favicon.ico"):
        assert (404, f"{served.url}/ shows which tiles there are.") == text(served.ask(path))
    port = int(served.url.rpartition(":")[2])
    for address in psutil.net_if_addrs().values():
        for other in (each.address for each in address if each.family == socket.AF_INET):
            if other != "127.0.0.1":
                with pytest.raises(ConnectionRefusedError):
                    socket.create_connection((other, port), timeout=5)
    assert [] == tiles(stand_in)


def test_editors(served: Served) -> None:
    """Pages of editors can read tiles, and are told so when they ask first."""
    tile = served.ask(Origin=OSM)
    private = {"Access_Control_Request_Private_Network": "true"}
    first = served.ask(method="OPTIONS", Origin=OSM, Access_Control_Request_Method="GET", **private)
    page = served.ask("/", Origin=OSM)

    assert (200, OSM) == (tile.status_code, tile.headers["Access-Control-Allow-Origin"])
    assert (204, OSM, "true") == (
        first.status_code,
        first.headers["Access-Control-Allow-Origin"],
        first.headers["Access-Control-Allow-Private-Network"],
    )
    assert (200, False) == (page.status_code, "Access-Control-Allow-Origin" in page.headers)


def test_page(served: Served, stand_in: StandIn) -> None:
    """The page has an address for each program, and says how long the cookies last."""
    page = served.ask("/")

    assert (200, "text/html; charset=utf-8") == (page.status_code, page.headers["Content-Type"])
    for address in (
        f"tms[3,15]:{served.url}/all/hot/{{zoom}}/{{x}}/{{y}}.png",
        f"{served.url}/all/hot/{{z}}/{{x}}/{{y}}.png",
    ):
        assert f'value="{address}"' in page.text
    assert "(23 h 59 min left), and are renewed automatically." in page.text
    port = served.address.partition(":")[2]
    assert f"as long as <code>stravacookies serve --port {port}</code> runs" in page.text
    assert f"Run &#39;stravacookies josm-prefs --local {port}&#39; once" in page.text
    assert "no-store" == page.headers["Cache-Control"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert [] == [secret for secret in stand_in.secrets() if secret in page.text]


def test_renewal(served: Served, stand_in: StandIn, strava: Strava) -> None:
    """Refused cookies are renewed, once for all tiles; then all is well, and nothing is leaked."""
    assert 200 == served.ask().status_code
    strava.signer = Signer()
    stand_in.exchanges.clear()
    with ThreadPoolExecutor(12) as threads:
        paths = [f"/all/hot/9/{x}/228.png" for x in range(394, 400)] * 2
        found = {answer.status_code for answer in threads.map(served.ask, paths)}
    code, out = served.end()

    assert {200} == found
    assert 1 == [each.path for each in stand_in.requests].count("/maps")
    assert (0, "Stopped.\n") == (code, out.splitlines(keepends=True)[-1])
    assert served.said.startswith("stravacookies: The cookies were renewed; they expire on ")
    assert [] == [secret for secret in stand_in.secrets() if secret in out + served.said]


def test_variables_of_others(logged_in: dict[str, str], home: Path, stand_in: StandIn) -> None:
    """What uvicorn or libcurl alone would read in the environment means nothing."""
    (home / ".netrc").write_text("default login user password secret\n")
    nowhere = "http://127.0.0.1:1"
    others = {"WEB_CONCURRENCY": "many", "all_proxy": nowhere, "CURL_CA_BUNDLE": "/missing"}
    with serving(logged_in | others | {"NETRC": str(home / ".netrc")}) as served:
        assert 200 == served.ask().status_code
    assert {"authorization"}.isdisjoint(tiles(stand_in)[0].headers)


def test_renewal_that_nobody_hears(served: Served, strava: Strava) -> None:
    """The server goes on when what reads its messages has ended."""
    assert served.process.stderr
    served.process.stderr.close()
    strava.signer = Signer()

    assert [200, 200] == [served.ask().status_code for _ in range(2)]


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until something is so; fail after 20 seconds."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_crowd(served: Served, strava: Strava, monkeypatch: pytest.MonkeyPatch) -> None:
    """At most eight tiles are requested at a time, and each one once for all who want it."""
    crowded = Crowded(strava)
    monkeypatch.setattr(strava, "answer", crowded.answer)
    paths = [f"/all/hot/9/{x}/228.png" for x in range(390, 402)] * 3
    with ThreadPoolExecutor(len(paths)) as threads:
        found = [threads.submit(served.ask, path) for path in paths]
        wait_until(lambda: crowded.most == 8)
        time.sleep(0.3)  # for a ninth
        crowded.opened.set()
        statuses = {each.result().status_code for each in found}

    assert statuses <= {200, 404}
    assert (8, 12) == (crowded.most, len(crowded.urls))


def test_callers_that_leave(
    served: Served, strava: Strava, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tiles that nobody waits for any longer are not requested, and the others come."""
    crowded = Crowded(strava)
    monkeypatch.setattr(strava, "answer", crowded.answer)
    callers = []
    for x in range(380, 400):
        callers.append(served.connect())
        callers[-1].sendall(
            f"GET /all/hot/9/{x}/228.png HTTP/1.1\r\nHost: {served.address}\r\n\r\n".encode()
        )
    wait_until(lambda: crowded.most == 8)
    for caller in callers:
        caller.close()
    time.sleep(0.2)
    crowded.opened.set()

    assert 200 == served.ask().status_code
    assert 8 + 1 == len(crowded.urls)
    assert (0, "") == (served.end()[0], served.said)


def test_refused_forever(served: Served, strava: Strava, stand_in: StandIn) -> None:
    """If cookies cannot be renewed, tiles are 503 with the reason, which is told once."""
    assert 200 == served.ask().status_code
    strava.signer = Signer()
    strava.end_sessions()
    answers = [served.ask() for _ in range(3)]
    page = served.ask("/").text
    served.end()

    ended = "The session from STRAVA_SESSION is not logged in to Strava: it has ended, or it is"
    for answer in answers:
        status, words = text(answer)
        assert (503, True, "5") == (status, words.startswith(ended), answer.headers["Retry-After"])
    assert served.said.startswith(
        f"stravacookies: The cookies could not be renewed; the server keeps trying. {ended}"
    )
    assert 1 == served.said.count("could not be renewed")
    assert 2 == [each.path for each in stand_in.requests].count("/maps")
    assert "The cookies could not be renewed; the server keeps trying.\nThe session from" in page


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n"
EMPTY = b"HTTP/1.1 %d Oh\r\nLocation: https://example.com\r\nContent-Length: 0\r\n\r\n"
UNREACHED = "content-a.strava.com could not be reached"


@pytest.mark.parametrize(
    ("place", "sent", "words"),
    [
        (Place.SITE, HEAD % 5 + b"hello", "Strava sent something that is not a picture."),
        (Place.SITE, EMPTY % 500, "Strava sent an unexpected answer (500)."),
        (Place.SITE, EMPTY % 302, "Strava sent an unexpected answer (302)."),
        (Place.SITE, b"nonsense", f"{UNREACHED}: the connection broke."),
        (Place.TUNNEL, b"nonsense", f"{UNREACHED}: there is no connection to it."),
        (
            Place.PROXY,
            b"HTTP/1.1 502 No\r\n\r\n",
            f"{UNREACHED}: the proxy in HTTPS_PROXY refuses the connection.",
        ),
    ],
)
def test_strava_fails(
    served: Served, stand_in: StandIn, place: Place, sent: bytes, words: str
) -> None:
    """What goes wrong at Strava is told, and the next tile comes."""
    stand_in.faults = repeat((place, say(sent)))

    assert (503, words) == text(served.ask())
    stand_in.faults = iter(())
    assert 200 == served.ask().status_code


@pytest.mark.parametrize("place", [Place.PROXY, Place.SITE])
def test_connection_that_breaks(served: Served, stand_in: StandIn, place: Place) -> None:
    """A tile is requested once more if a connection breaks before the picture begins."""
    stand_in.faults = iter([(place, reset)])

    assert 200 == served.ask().status_code
    assert [] == list(stand_in.faults)


@pytest.mark.parametrize("stated", [b"Content-Length: 100000", b"Content-Length: 1008"])
def test_broken_tile(served: Served, stand_in: StandIn, stated: bytes) -> None:
    """A tile is passed on while it arrives; one without an end is not passed on as whole."""
    begins = threading.Event()

    def fault(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n%b\r\n\r\n" % stated + PNG + b"x" * 1000)
        begins.wait(20)

    stand_in.faults = iter([(Place.SITE, fault)])
    with requests.Session() as client:
        client.trust_env = False
        answer = client.get(served.url + TILE, stream=True, timeout=20)
        assert PNG + b"x" == answer.raw.read(9)
        begins.set()
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            list(answer.iter_content(10_000))
    assert (0, "") == (served.end()[0], served.said)


CHUNKED = b"Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    ("head", "body", "status"),
    [
        (CHUNKED, b"8\r\n%b\r\n8\r\n%b\r\n0\r\n\r\n" % (PNG, PNG_END), 200),
        (CHUNKED, b"8\r\n%b\r\n0\r\n\r\n" % PNG, 503),
        (CHUNKED + b"\r\nContent-Length: 5", b"10\r\n%b\r\n0\r\n\r\n" % (PNG + PNG_END), 200),
        (b"Content-Length: 16, 16", PNG + PNG_END, 200),
    ],
)
def test_tile_of_unknown_length(
    served: Served, stand_in: StandIn, head: bytes, body: bytes, status: int
) -> None:
    """A tile whose length Strava does not state clearly is passed on once it has arrived."""
    sent = b"HTTP/1.1 200 OK\r\n%b\r\n\r\n%b" % (head, body)
    stand_in.faults = iter([(Place.SITE, say(sent))])
    answer = served.ask()

    assert status == answer.status_code
    assert str(len(answer.content)) == answer.headers["Content-Length"]
    assert (0, "") == (served.end()[0], served.said)


def test_not_http(served: Served) -> None:
    """A request that makes no sense is refused, and is not told as a fault of ours."""
    host = f"Host: {served.address}\r\n"
    twice = f"GET / HTTP/1.1\r\n{host}Host: example.com\r\n\r\n"
    no_gzip = f"POST / HTTP/1.1\r\n{host}Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"
    for request, status in (("hello\r\n\r\n", 400), (twice, 403), (no_gzip, 405)):
        with served.connect() as caller:
            caller.sendall(request.encode())
            assert f" {status} ".encode() in caller.recv(100)
    served.end()

    assert "" == served.said


def test_too_many_callers(served: Served) -> None:
    """Callers that use up all files do not keep the server busy with saying so."""
    process = psutil.Process(served.process.pid)
    files = process.num_fds()
    process.rlimit(psutil.RLIMIT_NOFILE, (files, files))
    with served.connect():
        time.sleep(0.3)
        code, _ = served.end()

    assert 0 == code
    assert 1 <= served.said.count("accept() out of system resource") <= 2 * 128


def test_body(served: Served) -> None:
    """A body means nothing, however long it is."""
    with requests.Session() as client:
        client.trust_env = False
        for method, status in (("POST", 405), ("GET", 200), ("GET", 200)):
            answer = client.request(method, served.url + TILE, data=bytes(2_000_000), timeout=20)
            assert status == answer.status_code


def test_told_to_end_while_a_browser_renews_the_session(
    environment: dict[str, str], home: Path, tmp_path: Path
) -> None:
    """`kill` ends the server as an interrupt does, and leaves no browser behind."""
    store = CredentialStore(home / ".local" / "state" / "stravacookies")
    store.keep_cookies(HeatmapCookies.from_values(values(datetime.now(UTC) + timedelta(hours=1))))
    store.keep_session(Session("a" * 32), "window:chromium")
    program = pretended(tmp_path)._replace(profile=store.directory / "window-chromium")
    program.profile.mkdir(mode=0o700)
    path = f"{program.path.parent}:{environment['PATH']}"
    with serving(environment | {"PATH": path}) as served, served.connect() as caller:
        # Its tile is refused, and so is the kept session.
        caller.sendall(f"GET {TILE} HTTP/1.1\r\nHost: {served.address}\r\n\r\n".encode())
        wait_until(lambda: (program.profile / "started.json").exists())
        served.process.send_signal(signal.SIGTERM)
        out, _ = served.process.communicate(timeout=20)

    assert (0, "Stopped.") == (served.process.returncode, out.decode().splitlines()[-1])
    assert has_ended(program)


@pytest.mark.parametrize("moment", ["before the loop", "in the loop"])
def test_interrupt_at_the_start(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """An interrupt while asyncio starts ends the server, without a traceback or a warning.

    A warning would be an error here, such as that of a coroutine that was never awaited.
    """
    place: tuple[object, str] = asyncio.Runner, "run"
    if moment == "in the loop":
        place = serving_module, "Renewal"
    real = getattr(*place)

    def interrupted(*arguments: object) -> object:
        signal.raise_signal(signal.SIGINT)
        return real(*arguments)

    monkeypatch.setattr(*place, interrupted)
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored here
    try:
        with serving_module.listen(0) as listener, pytest.raises(KeyboardInterrupt):
            serving_module.serve(listener, lambda: pytest.fail("renewed"), pytest.fail)
    finally:
        signal.signal(signal.SIGINT, usual)
        gc.collect()


async def ask_many(url: str, number: int) -> None:
    """Ask for tiles, eight at a time, and check each."""
    numbers = iter(range(number))

    async def work(client: aiohttp.ClientSession) -> None:
        for each in numbers:
            path = f"/all/hot/12/{each % 4096}/{each // 4096}.png"
            async with client.get(url + path) as answer:
                assert (200, fast.TILE) == (answer.status, await answer.read())

    async with aiohttp.ClientSession() as client:
        await asyncio.gather(*(work(client) for _ in range(8)))


def test_many_tiles(environment: dict[str, str], home: Path, tmp_path: Path) -> None:
    """Many tiles later, no memory, connection or file is left over, and no cookie was renewed.

    100 bytes for each tile would be noticed.
    """
    store = CredentialStore(home / ".local" / "state" / "stravacookies")
    fresh = values(datetime.now(UTC) + timedelta(days=1))
    store.keep_cookies(HeatmapCookies.from_values(fresh))
    with (
        fast.running(tmp_path) as host,
        serving(environment | host.environment()) as served,
    ):
        process = psutil.Process(served.process.pid)
        asyncio.run(ask_many(served.url, 500))
        before, files = process.memory_info().rss, process.num_fds()
        asyncio.run(ask_many(served.url, MANY))
        wait_until(lambda: process.num_fds() <= files)
        grown = process.memory_info().rss - before
        counts = host.counts()

    assert grown < 100 * MANY
    assert (500 + MANY, 0) == (counts["tiles"], counts["others"])
    assert counts["connections"] == counts["open"] <= 8
    assert (before + grown) / 1e6 < 75
