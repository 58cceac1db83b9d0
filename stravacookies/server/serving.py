"""The server: a page that says what it serves, and the tiles."""

import asyncio
import logging
import math
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager

import uvicorn

from stravacookies import templating
from stravacookies.errors import StravacookiesError, StravaError, UsageError
from stravacookies.heatmap import CURRENT, Tile, local_command, local_host, serve_command
from stravacookies.installation import command
from stravacookies.server import gate
from stravacookies.server.arriving import Arriving
from stravacookies.server.client import Client
from stravacookies.server.enlarge import cut, parent
from stravacookies.server.exchange import Exchange, Receive, Scope, Send
from stravacookies.server.gate import Wanted
from stravacookies.server.renewal import FIRST_PAUSE, Renewal
from stravacookies.server.upstream import Upstream
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.tiles import REFUSED
from stravacookies.version import __version__
from stravacookies.wording import until

# uvicorn also reports a request that is not HTTP, and a tile that breaks off: no faults of ours.
logging.getLogger("uvicorn.error").addFilter(lambda record: bool(record.exc_info))

_KEEP_ALIVE = 75
"""Seconds for which a connection stays open without a request."""

_BACKLOG = 128
"""How many connections wait to be accepted, and how many asyncio tries to accept at a time."""

_ALWAYS = {"Server": f"stravacookies/{__version__}", "X-Content-Type-Options": "nosniff"}

_PNG = {"Content-Type": "image/png"}

_PAGE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline';"
    " script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Content-Type": "text/html; charset=utf-8",
}


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a port of this computer, and on no other interface.

    Raises:
        UsageError: The port cannot be used.
    """
    try:
        listener = socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
    except OSError as error:
        # Without the address, which Python adds. Windows' numbers are unknown to `os.strerror`.
        why = (error.strerror or str(error)).partition(" (while ")[0]
        raise UsageError(
            f"Port {port} cannot be used ({why}): end the program that listens there, perhaps"
            f" another '{command('serve')}', or choose another port:"
            f" '{command('serve', '--port', 'PORT')}'."
        ) from None
    # asyncio sets TCP_NODELAY only if the protocol is named. Without it, a tile takes 40 ms more.
    tcp = socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
    return socket.socket(*tcp, fileno=listener.detach())


def serve(
    listener: socket.socket,
    renew: Callable[[], HeatmapCookies],
    say: Callable[[str], None],
    cookies: HeatmapCookies | None = None,
) -> None:
    """Serve tiles until the process is interrupted.

    Args:
        listener: What `listen` returned.
        renew: Returns new cookies, or raises a `StravacookiesError`. It may block.
        say: Tells the user something.
        cookies: The cookies to begin with, if there are any.

    Raises:
        KeyboardInterrupt: It was interrupted, or told to end.
        NetworkError: The certificates that the environment names cannot be read.
    """
    _hold_interrupts(hold=True)
    try:
        # On Windows, the usual loop is one that libcurl cannot use.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(_serve(listener, renew, say, cookies))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def _hold_interrupts(*, hold: bool) -> None:
    """Let interrupts wait, or no longer: while asyncio starts, one would end in a traceback."""
    if sys.platform != "win32":
        how = signal.SIG_BLOCK if hold else signal.SIG_UNBLOCK
        signal.pthread_sigmask(how, {signal.SIGINT})


def _end_when_told() -> None:
    """Let `kill`, and the end of the terminal, end the server in the way an interrupt does."""
    task = asyncio.current_task()
    if sys.platform != "win32" and task:
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
                asyncio.get_running_loop().add_signal_handler(number, task.cancel)


async def _serve(
    listener: socket.socket,
    renew: Callable[[], HeatmapCookies],
    say: Callable[[str], None],
    cookies: HeatmapCookies | None,
) -> None:
    _hold_interrupts(hold=False)
    _end_when_told()
    renewal = Renewal(renew, say, cookies)
    url = CURRENT.layers()[0].tile_url(0, 0, 0)
    async with aclosing(Client(url)) as client, asyncio.TaskGroup() as group:
        handler = _Handler(renewal, Upstream(client), listener.getsockname()[1])
        config = uvicorn.Config(
            handler.answer,
            interface="asgi3",
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            headers=list(_ALWAYS.items()),
            timeout_keep_alive=_KEEP_ALIVE,
            backlog=_BACKLOG,
            workers=1,  # uvicorn would take it from the environment
        )
        group.create_task(_Server(config).serve(sockets=[listener]))
        await renewal.keep()


class _Server(uvicorn.Server):
    """A server that is cancelled when it must end, in place of looking for signals all the time."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        try:
            while True:
                await self.on_tick(0)  # for the header `Date`
                await asyncio.sleep(1)
        finally:
            for connection in self.server_state.connections:
                connection.transport.abort()


class _Handler:
    """Answers requests."""

    def __init__(self, renewal: Renewal, upstream: Upstream, port: int) -> None:
        self._renewal, self._upstream, self._port = renewal, upstream, port

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say why not."""
        exchange = Exchange(scope, receive, send)
        path, headers = exchange.path, exchange.headers
        if reason := gate.refusal(path, headers, self._port):
            await _say(exchange, 403, reason)
        elif exchange.method == "OPTIONS" and "origin" in headers:
            await exchange.answer(204, gate.preflight_headers(headers))
        elif exchange.method not in ("GET", "HEAD"):
            await _say(exchange, 405, "Only GET and HEAD are answered.", {"Allow": "GET, HEAD"})
        elif path == gate.PAGE:
            await exchange.answer(200, _PAGE, self._page().encode())
        elif wanted := gate.wanted(path):
            await self._answer_with_tile(exchange, wanted)
        else:
            await _say(
                exchange, 404, f"http://127.0.0.1:{self._port}/ shows which tiles there are."
            )

    async def _answer_with_tile(self, exchange: Exchange, wanted: Wanted) -> None:
        """Answer with a tile, or say why there is none."""
        shared = gate.cross_origin_headers(exchange.headers)
        try:
            async with exchange.while_wanted():
                await self._tile(exchange, wanted, shared)
        except StravacookiesError as error:
            pause = math.ceil(self._upstream.pause or FIRST_PAUSE)
            await _say(exchange, 503, str(error), shared | {"Retry-After": str(pause)})
        except asyncio.CancelledError:
            return  # nobody waits for it any longer

    async def _tile(self, exchange: Exchange, wanted: Wanted, shared: dict[str, str]) -> None:
        """Answer with a tile; once more with new cookies if Strava refuses it."""
        source = parent(wanted.tile)
        enlarged = None if source == wanted.tile else wanted.tile
        url = wanted.layer.tile_url(source.z, source.x, source.y)
        while True:
            cookies = await self._renewal.usable()
            async with self._upstream.tile(url, cookies, is_parent=bool(enlarged)) as tile:
                if tile.status not in REFUSED:
                    await _send(exchange, tile, tile.headers | shared, enlarged)
                    return
            self._renewal.refuse(cookies)

    def _page(self) -> str:
        cookies = self._renewal.cookies
        return templating.render(
            "serve.html.j2",
            host=local_host(self._port),
            serve=serve_command(self._port),
            josm_prefs=local_command(self._port),
            expiry=until(cookies.expires) if cookies else None,
            problem=self._renewal.problem,
            max_zoom=gate.MAX_ZOOM,
        )


async def _send(
    exchange: Exchange, tile: Arriving, headers: dict[str, str], enlarged: Tile | None
) -> None:
    """Send a tile while it arrives, or in one piece if it has arrived or must be enlarged."""
    if tile.status == 404:
        await _say(exchange, 404, "There is no heat in this tile.", headers)
        return
    is_known = gate.is_unchanged(headers.get("ETag"), exchange.headers.get("if-none-match", ""))
    is_at_once = tile.is_whole or is_known or enlarged or exchange.method == "HEAD"
    if not is_at_once and "Content-Length" in headers:
        await _pass_on(exchange, tile, headers | _PNG)
        return
    picture = await tile.picture()
    headers.pop("Content-Length", None)
    if is_known:
        await exchange.answer(304, headers)
        return
    if enlarged:
        picture = await asyncio.to_thread(cut, picture, enlarged)
    await exchange.answer(200, headers | _PNG, picture)


async def _pass_on(exchange: Exchange, tile: Arriving, headers: dict[str, str]) -> None:
    await exchange.begin(200, headers)
    try:
        async for part in tile.parts():
            await exchange.add(part)
    except StravaError:
        return  # without an end, so that the caller knows that the tile is not whole
    await exchange.end()


async def _say(
    exchange: Exchange, status: int, text: str, headers: Mapping[str, str] | None = None
) -> None:
    kind = {"Content-Type": "text/plain; charset=utf-8"}
    await exchange.answer(status, {**(headers or {}), **kind}, f"{text}\n".encode())
