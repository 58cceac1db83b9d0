"""Tiles from Strava, a few at a time over open connections, passed on while they arrive."""

import asyncio
import logging
import math
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import aiohttp
import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH, select_proxy

from stravacookies.errors import NetworkError, StravaError
from stravacookies.server.arriving import Arriving, receive
from stravacookies.strava import failures
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.http import retry_after
from stravacookies.strava.tiles import REFUSED
from stravacookies.version import __version__

IN_FLIGHT = 8
"""The most tiles to request from Strava at a time."""

PARENTS = 16
"""How many tiles are kept in memory to cut others from: at most 16 MB, most often less than 1."""

_TOO_MANY = 429
"""The status with which a server asks for fewer requests: https://www.rfc-editor.org/rfc/rfc6585"""

USUAL_PAUSE, LONGEST_PAUSE = 5.0, 60.0
"""Seconds without requests after that, if Strava names no time, and at most."""

_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10, sock_read=20)

_log = logging.getLogger(__name__)


class Upstream:
    """Requests tiles from Strava, each one once for all who want it at the same time.

    Use it in an `async with` block.

    Args:
        url: The URL of any tile, for which proxy and certificates are chosen as `requests` does.

    Raises:
        NetworkError: The certificates that the environment names cannot be read.
    """

    def __init__(self, url: str) -> None:
        with requests.Session() as session:
            settings = session.merge_environment_settings(url, {}, True, None, None)
        # Not trust_env, with which aiohttp would also take a password from ~/.netrc.
        self._proxy = select_proxy(url, settings["proxies"])
        try:
            self._tls = _tls(settings["verify"])
        except OSError:  # ssl.SSLError, too
            raise failures.unreachable(urlsplit(url).netloc, failures.NO_BUNDLE) from None
        self._arriving: dict[tuple[str, HeatmapCookies], Arriving] = {}
        self._parents: dict[tuple[str, HeatmapCookies], Arriving] = {}
        self._free = asyncio.Semaphore(IN_FLIGHT)
        self._resume = 0.0

    async def __aenter__(self) -> Self:
        """Open the client."""
        self._client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=self._tls),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"stravacookies/{__version__}", "Accept-Encoding": "identity"},
            timeout=_TIMEOUT,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        await self._client.close()

    @property
    def pause(self) -> float:
        """The seconds for which nothing is requested, since Strava asked for fewer requests."""
        return max(0.0, self._resume - time.monotonic())

    @asynccontextmanager
    async def tile(
        self, url: str, cookies: HeatmapCookies, *, is_parent: bool = False
    ) -> AsyncIterator[Arriving]:
        """Request a tile; when nobody reads it any longer, give it up.

        The last parents, from which other tiles are cut, are kept and given to those who ask with
        the same cookies.

        Raises:
            StravaError: Strava or the network failed.
        """
        key = url, cookies
        if arriving := self._parents.pop(key, None):
            self._parents[key] = arriving  # now the last one used
        else:
            arriving = self._arriving.get(key)
        if arriving is None:
            arriving = self._arriving[key] = Arriving()
            arriving.task = asyncio.create_task(self._fetch(key, arriving))
        arriving.is_parent |= is_parent
        arriving.readers += 1
        try:
            await arriving.begun()
            yield arriving
        finally:
            arriving.readers -= 1
            if not arriving.readers:
                self._forget(key, arriving)
                arriving.task.cancel()

    def _forget(self, key: tuple[str, HeatmapCookies], arriving: Arriving) -> None:
        if self._arriving.get(key) is arriving:
            del self._arriving[key]

    async def _fetch(self, key: tuple[str, HeatmapCookies], arriving: Arriving) -> None:
        try:
            async with self._free:
                self._refuse_in_pause()
                await self._request(*key, arriving)
            if arriving.is_parent and arriving.status not in REFUSED:
                self._keep(key, arriving)
            arriving.end()
        except StravaError as error:
            arriving.end(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the tile is not whole
            arriving.end(_named(error, urlsplit(key[0]).netloc))
        finally:
            self._forget(key, arriving)

    async def _request(self, url: str, cookies: HeatmapCookies, arriving: Arriving) -> None:
        async with self._client.get(
            url,
            headers={"Cookie": cookies.header()},
            proxy=self._proxy,
            allow_redirects=False,
        ) as answer:
            _log.info("GET %s: %d", url, answer.status)
            if answer.status == _TOO_MANY:
                self._begin_pause(answer.headers.get("Retry-After", ""))
                self._refuse_in_pause()
            await receive(answer, arriving)

    def _keep(self, key: tuple[str, HeatmapCookies], parent: Arriving) -> None:
        self._parents[key] = parent
        if len(self._parents) > PARENTS:
            del self._parents[next(iter(self._parents))]

    def _begin_pause(self, header: str) -> None:
        """Request nothing for as long as Strava's header `Retry-After` says, within reason."""
        pause = min(retry_after(header) or USUAL_PAUSE, LONGEST_PAUSE)
        self._resume = max(self._resume, time.monotonic() + pause)

    def _refuse_in_pause(self) -> None:
        if pause := self.pause:
            raise StravaError(
                "Strava asks for fewer requests. Tiles are requested again in"
                f" {math.ceil(pause)} s."
            )


def _tls(verify: bool | str | None) -> ssl.SSLContext:
    """Return the certificates that are trusted: a file, a folder, or those of `requests`."""
    path = Path(verify if isinstance(verify, str) else DEFAULT_CA_BUNDLE_PATH)
    if path.is_dir():
        return ssl.create_default_context(capath=str(path))
    return ssl.create_default_context(cafile=str(path))


def _named(error: Exception, host: str) -> NetworkError:
    """Turn what aiohttp raised on the way to a host into our own error."""
    match error:
        case TimeoutError():
            return failures.late(host)
        case aiohttp.ClientConnectorCertificateError():
            why = failures.NOT_VERIFIED
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            why = failures.PROXY_REFUSES
        case aiohttp.ClientConnectorError():
            why = failures.NO_CONNECTION
        case aiohttp.InvalidURL():
            why = failures.PROXY_UNUSABLE
        case _:
            why = failures.LOST
    return failures.unreachable(host, why)
