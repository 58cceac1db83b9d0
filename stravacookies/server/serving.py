"""The server: a page that says what it serves, and the tiles."""

import asyncio
import logging
import math
import signal
import socket
import sys
from collections.abc import Callable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from stravacookies import templating
from stravacookies.errors import StravacookiesError, StravaError, UsageError
from stravacookies.heatmap import CURRENT, Tile, local_command, local_host, serve_command
from stravacookies.installation import command
from stravacookies.server import gate
from stravacookies.server.arriving import Arriving
from stravacookies.server.enlarge import cut, parent
from stravacookies.server.gate import Wanted
from stravacookies.server.renewal import FIRST_PAUSE, Renewal
from stravacookies.server.upstream import Upstream
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.tiles import REFUSED
from stravacookies.version import __version__
from stravacookies.wording import until

_log = logging.getLogger(__name__)
# aiohttp logs a request that is not HTTP with a traceback, as if it were a fault of ours.
_NOT_HTTP = HttpProcessingError, web.RequestPayloadError
_log.addFilter(lambda record: not record.exc_info or not isinstance(record.exc_info[1], _NOT_HTTP))

_ALWAYS = {"Server": f"stravacookies/{__version__}", "X-Content-Type-Options": "nosniff"}

_PAGE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline';"
    " script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a port of this computer, and on no other interface.

    Raises:
        UsageError: The port cannot be used.
    """
    try:
        return socket.create_server(("127.0.0.1", port), backlog=128)
    except OSError as error:
        # Without the address, which Python adds. Windows' numbers are unknown to `os.strerror`.
        why = (error.strerror or str(error)).partition(" (while ")[0]
        raise UsageError(
            f"Port {port} cannot be used ({why}): end the program that listens there, perhaps"
            f" another '{command('serve')}', or choose another port:"
            f" '{command('serve', '--port', 'PORT')}'."
        ) from None


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
        asyncio.run(_serve(listener, renew, say, cookies))
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
    async with Upstream(CURRENT.layers()[0].tile_url(0, 0, 0)) as upstream:
        handler = _Handler(renewal, upstream, listener.getsockname()[1])
        # A caller that leaves ends its handler, so that its tile is no longer waited for.
        server = web.Server(handler.answer, access_log=None, logger=_log, handler_cancellation=True)
        runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.SockSite(runner, listener).start()
            await renewal.keep()
        finally:
            await runner.cleanup()


class _Handler:
    """Answers requests."""

    def __init__(self, renewal: Renewal, upstream: Upstream, port: int) -> None:
        self._renewal, self._upstream, self._port = renewal, upstream, port

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request, or say why not."""
        path = request.raw_path
        if reason := gate.refusal(path, request.headers, self._port):
            return _text(403, reason)
        if request.method == "OPTIONS" and "Origin" in request.headers:
            return web.Response(status=204, headers=gate.preflight_headers(request.headers))
        if request.method not in ("GET", "HEAD"):
            return _text(405, "Only GET and HEAD are answered.", Allow="GET, HEAD")
        if path == gate.PAGE:
            return self._page()
        wanted = gate.wanted(path)
        if not wanted:
            return _text(404, f"http://127.0.0.1:{self._port}/ shows which tiles there are.")
        shared = gate.cross_origin_headers(request.headers)
        try:
            return await self._tile(request, wanted, shared)
        except StravacookiesError as error:
            pause = math.ceil(self._upstream.pause or FIRST_PAUSE)
            return _text(503, str(error), **shared, **{"Retry-After": str(pause)})

    async def _tile(
        self, request: web.BaseRequest, wanted: Wanted, shared: dict[str, str]
    ) -> web.StreamResponse:
        """Answer with a tile; once more with new cookies if Strava refuses it."""
        source = parent(wanted.tile)
        enlarged = None if source == wanted.tile else wanted.tile
        url = wanted.layer.tile_url(source.z, source.x, source.y)
        while True:
            cookies = await self._renewal.usable()
            async with self._upstream.tile(url, cookies, is_parent=bool(enlarged)) as tile:
                if tile.status not in REFUSED:
                    headers = _ALWAYS | tile.headers | shared
                    return await _send(request, tile, headers, enlarged)
            self._renewal.refuse(cookies)

    def _page(self) -> web.Response:
        cookies = self._renewal.cookies
        text = templating.render(
            "serve.html.j2",
            host=local_host(self._port),
            serve=serve_command(self._port),
            josm_prefs=local_command(self._port),
            expiry=until(cookies.expires) if cookies else None,
            problem=self._renewal.problem,
            max_zoom=gate.MAX_ZOOM,
        )
        return web.Response(text=text, content_type="text/html", headers=_ALWAYS | _PAGE)


async def _send(
    request: web.BaseRequest, tile: Arriving, headers: dict[str, str], enlarged: Tile | None
) -> web.StreamResponse:
    """Send a tile while it arrives, or in one piece if it has arrived or must be enlarged."""
    is_known = gate.is_unchanged(headers.get("ETag"), request.headers.get("If-None-Match", ""))
    if tile.status == 404:
        return _text(404, "There is no heat in this tile.", **headers)
    if tile.is_whole or is_known or enlarged or request.method == "HEAD":
        picture = await tile.picture()
        headers.pop("Content-Length", None)
        if is_known:
            return web.Response(status=304, headers=headers)
        if enlarged:
            picture = await asyncio.to_thread(cut, picture, enlarged)
        return web.Response(body=picture, content_type="image/png", headers=headers)
    response = web.StreamResponse(headers=headers | {"Content-Type": "image/png"})
    await response.prepare(request)
    try:
        async for part in tile.parts():
            await response.write(part)
    except StravaError:
        if request.transport:
            request.transport.abort()  # so that the caller knows that it is not whole
        return response
    await response.write_eof()
    return response


def _text(status: int, text: str, **headers: str) -> web.Response:
    return web.Response(status=status, text=f"{text}\n", headers=_ALWAYS | headers)
