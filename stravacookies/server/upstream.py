"""Tiles from Strava, a few at a time over open connections, passed on while they arrive."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

import aiohttp
import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH, select_proxy

from stravacookies.errors import NetworkError, StravaError
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.tiles import PNG, REFUSED
from stravacookies.version import __version__

IN_FLIGHT = 8
"""The most tiles to request from Strava at a time."""

HANDED_ON = ("Cache-Control", "Content-Length", "ETag", "Expires", "Last-Modified")
"""The headers of Strava's answer that callers get."""

_LARGEST = 2**20
"""The most bytes of a tile: those of 512 pixels each way, if nothing can be compressed."""

_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10, sock_read=20)

_log = logging.getLogger(__name__)


class Arriving:
    """An answer of Strava's that any number of callers can read while it arrives.

    Attributes:
        status: 200 for a picture, 404 where there is no heat, or one of `REFUSED`.
        headers: Those of `HANDED_ON` that Strava sent.
        readers: How many callers want it.
        task: What requests it.
    """

    task: asyncio.Task[None]

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.readers = 0
        self._parts: list[bytes] = []
        self._is_whole = False
        self._error: StravaError | None = None
        self._news = asyncio.Event()

    def begin(self, status: int, headers: dict[str, str]) -> None:
        """Note the head of the answer."""
        self.status, self.headers = status, headers
        self._tell()

    def add(self, part: bytes) -> None:
        """Add a part of the picture."""
        self._parts.append(part)
        self._tell()

    def end(self, error: StravaError | None = None) -> None:
        """Note that nothing more will come, or that it failed."""
        self._is_whole, self._error = not error, error
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def begun(self) -> None:
        """Wait for the head of the answer; raise a `StravaError` if there is none."""
        while not self.status:
            if self._error:
                raise self._error
            await self._news.wait()

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield the parts of the picture; raise a `StravaError` if it breaks off."""
        read = 0
        while True:
            if read < len(self._parts):
                part = b"".join(self._parts[read:])
                read = len(self._parts)
                yield part
            elif self._is_whole:
                return
            elif self._error:
                raise self._error
            else:
                await self._news.wait()

    async def picture(self) -> bytes:
        """Return the whole picture; raise a `StravaError` if it breaks off."""
        return b"".join([part async for part in self.parts()])


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
        self._tls = _tls(settings["verify"])
        self._arriving: dict[tuple[str, HeatmapCookies], Arriving] = {}

    async def __aenter__(self) -> Self:
        """Open the client."""
        self._client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=IN_FLIGHT, ssl=self._tls),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"stravacookies/{__version__}", "Accept-Encoding": "identity"},
            timeout=_TIMEOUT,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        await self._client.close()

    @asynccontextmanager
    async def tile(self, url: str, cookies: HeatmapCookies) -> AsyncIterator[Arriving]:
        """Request a tile; when nobody reads it any longer, give it up.

        Raises:
            StravaError: Strava or the network failed.
        """
        key = url, cookies
        arriving = self._arriving.get(key)
        if arriving is None:
            arriving = self._arriving[key] = Arriving()
            arriving.task = asyncio.create_task(self._fetch(key, arriving))
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
        url, cookies = key
        host = url.split("/")[2]
        error: StravaError | None = None
        try:
            async with self._client.get(
                url,
                headers={"Cookie": cookies.header()},
                proxy=self._proxy,
                allow_redirects=False,
            ) as answer:
                _log.info("GET %s: %d", url, answer.status)
                await _receive(answer, arriving)
        except StravaError as failure:
            error = failure
        except TimeoutError:
            error = NetworkError(f"{host} did not answer in time.")
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            error = NetworkError(f"{host} could not be reached: {_why(failure)}.")
        finally:
            self._forget(key, arriving)
            arriving.end(error)


async def _receive(answer: aiohttp.ClientResponse, arriving: Arriving) -> None:
    """Pass a picture on, part by part; of other answers, only the head."""
    is_picture = answer.status == 200
    if not is_picture and answer.status not in (404, *REFUSED):
        raise StravaError(f"Strava answered {answer.status}, which was not expected.")
    names = set(HANDED_ON)
    if not is_picture or "Content-Encoding" in answer.headers:
        names.remove("Content-Length")
    headers = {name: answer.headers[name] for name in names & answer.headers.keys()}
    if is_picture:
        await _expect_png(answer)
        arriving.begin(200, headers)
        arriving.add(PNG)
    size = 0
    async for part in answer.content.iter_any():  # to the end, so that the connection can be reused
        size += len(part)
        if size > _LARGEST:
            raise StravaError("Strava sent more than a picture of a tile can have.")
        if is_picture:
            arriving.add(part)
    if not is_picture:
        arriving.begin(answer.status, headers)


async def _expect_png(answer: aiohttp.ClientResponse) -> None:
    """Read the first bytes of a picture."""
    try:
        start = await answer.content.readexactly(len(PNG))
    except asyncio.IncompleteReadError as error:
        start = error.partial
    if start != PNG:
        raise StravaError("Strava sent something that is not a picture.")


def _tls(verify: bool | str | None) -> ssl.SSLContext:
    """Return the certificates that are trusted: a file, a folder, or those of `requests`."""
    path = Path(verify if isinstance(verify, str) else DEFAULT_CA_BUNDLE_PATH)
    try:
        if path.is_dir():
            return ssl.create_default_context(capath=str(path))
        return ssl.create_default_context(cafile=str(path))
    except OSError:  # ssl.SSLError, too
        raise NetworkError(
            "The certificates in REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE cannot be read."
        ) from None


def _why(error: Exception) -> str:
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate could not be verified"
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return "the proxy in HTTPS_PROXY refuses the connection"
        case aiohttp.ClientConnectorError():
            return "there is no connection to it"
        case aiohttp.InvalidURL():
            return "the proxy in HTTPS_PROXY cannot be used"
    return "the connection broke"
