"""Tiles from Strava, a few at a time over open connections, passed on while they arrive."""

import asyncio
import logging
import math
import os
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import pycurl
import requests
from requests.adapters import HTTPAdapter
from requests.utils import (
    DEFAULT_CA_BUNDLE_PATH,
    prepend_scheme_if_needed,
    select_proxy,
    urldefragauth,
)

from stravacookies.errors import ConnectionLostError, StravaError
from stravacookies.server.arriving import Arriving, Receiver
from stravacookies.strava import failures
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.http import LARGEST, retry_after
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

_HEADERS = (f"User-Agent: stravacookies/{__version__}", "Accept-Encoding: identity")

_log = logging.getLogger(__name__)


class Upstream:
    """Requests tiles from Strava, each one once for all who want it at the same time.

    Use it in an `async with` block.

    Args:
        url: The URL of any tile, for which proxy and certificates are chosen as `requests` does.

    Raises:
        NetworkError: The certificates or the proxy that the environment names make no sense.
    """

    def __init__(self, url: str) -> None:
        with requests.Session() as session:
            settings = session.merge_environment_settings(url, {}, True, None, None)
        verify = settings["verify"]
        trusted = Path(verify if isinstance(verify, str) else DEFAULT_CA_BUNDLE_PATH)
        try:
            if not trusted.is_dir():
                ssl.create_default_context(cafile=trusted)  # libcurl would say so at each tile
        except OSError:  # ssl.SSLError, too
            raise failures.unreachable(urlsplit(url).netloc, failures.NO_BUNDLE) from None
        self._usual = _transfer(trusted)
        self._proxy = select_proxy(url, settings["proxies"])
        try:
            if self._proxy:
                _use_proxy(self._usual, self._proxy)
        except ValueError:  # pycurl raises it, too, and UnicodeError
            raise failures.unreachable(urlsplit(url).netloc, failures.PROXY_UNUSABLE) from None
        self._arriving: dict[tuple[str, HeatmapCookies], Arriving] = {}
        self._parents: dict[tuple[str, HeatmapCookies], Arriving] = {}
        self._free = asyncio.Semaphore(IN_FLIGHT)
        self._resume = 0.0

    async def __aenter__(self) -> Self:
        """Open the client."""
        self._client = pycurl.AsyncCurlMulti()
        self._client.setopt(pycurl.M_MAXCONNECTS, IN_FLIGHT)  # stay open
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        await self._client.aclose()

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
            if not arriving.readers and not arriving.is_whole:
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
        except Exception:  # whatever it is, nobody must wait for the tile any longer
            arriving.end(failures.unreachable(urlsplit(key[0]).netloc, failures.LOST))
            raise
        finally:
            self._forget(key, arriving)

    async def _request(self, url: str, cookies: HeatmapCookies, arriving: Arriving) -> None:
        try:
            receiver = await self._receive(url, cookies, arriving)
        except ConnectionLostError as error:
            if arriving.status:
                raise
            _log.info("%s", error)
            receiver = await self._receive(url, cookies, arriving)  # once more
        _log.info("GET %s: %d", url, receiver.status)
        if receiver.status == _TOO_MANY:
            self._begin_pause(receiver.headers.get("retry-after", ""))
            self._refuse_in_pause()
        receiver.finish()

    async def _receive(self, url: str, cookies: HeatmapCookies, arriving: Arriving) -> Receiver:
        receiver, curl = Receiver(arriving), self._usual.duphandle()
        curl.setopt(pycurl.URL, url)
        curl.setopt(pycurl.HTTPHEADER, [*_HEADERS, f"Cookie: {cookies.header()}"])
        curl.setopt(pycurl.HEADERFUNCTION, receiver.take_line)
        curl.setopt(pycurl.WRITEFUNCTION, receiver.take_part)
        try:
            await self._client.perform(curl)
        except pycurl.error as error:
            is_proxied = self._proxy is not None
            raise _named(error.args[0], urlsplit(url).netloc, is_proxied=is_proxied) from None
        return receiver

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


def _transfer(trusted: Path) -> pycurl.Curl:
    """Return what all requests have in common.

    Source: https://curl.se/libcurl/c/curl_easy_setopt.html
    """
    curl = pycurl.Curl()
    curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
    curl.setopt(pycurl.PROXY, "")  # libcurl would look for one in the environment
    curl.setopt(pycurl.NOPROXY, "")
    files, folders = (pycurl.CAINFO, pycurl.PROXY_CAINFO), (pycurl.CAPATH, pycurl.PROXY_CAPATH)
    used, unused = (folders, files) if trusted.is_dir() else (files, folders)
    for option in used:
        curl.setopt(option, os.fsencode(trusted))
    for option in unused:
        curl.unsetopt(option)  # libcurl would also trust those of the system
    curl.setopt(pycurl.CONNECTTIMEOUT, 10)
    curl.setopt(pycurl.LOW_SPEED_LIMIT, 1)
    curl.setopt(pycurl.LOW_SPEED_TIME, 20)
    curl.setopt(pycurl.TIMEOUT, 60)
    curl.setopt(pycurl.MAXFILESIZE, LARGEST)
    curl.setopt(pycurl.MAXAGE_CONN, 15)  # an older one may have been closed on the way
    curl.setopt(pycurl.NOSIGNAL, True)
    return curl


def _use_proxy(curl: pycurl.Curl, proxy: str) -> None:
    """Let requests go through a proxy, whose URL is read as `requests` does.

    libcurl refuses a password with a space in it, and sends another for one with an umlaut.

    Raises:
        ValueError: The URL makes no sense.
    """
    proxy = prepend_scheme_if_needed(proxy, "http")  # type: ignore[no-untyped-call]
    headers = HTTPAdapter().proxy_headers(proxy)
    curl.setopt(pycurl.PROXY, urldefragauth(proxy).encode())
    curl.setopt(pycurl.PROXYHEADER, [f"{name}: {value}" for name, value in headers.items()])


def _named(code: int, host: str, *, is_proxied: bool) -> StravaError:
    """Return our own error for one of libcurl's: https://curl.se/libcurl/c/libcurl-errors.html."""
    match code:
        case pycurl.E_FILESIZE_EXCEEDED:
            return StravaError("Strava sent more than a picture of a tile can have.")
        case pycurl.E_OPERATION_TIMEDOUT:
            return failures.late(host)
        case pycurl.E_PEER_FAILED_VERIFICATION:
            why = failures.NOT_VERIFIED
        case pycurl.E_COULDNT_RESOLVE_PROXY:  # or its URL makes no sense
            why = failures.PROXY_UNUSABLE
        case pycurl.E_COULDNT_CONNECT if is_proxied:
            why = failures.PROXY_REFUSES
        case pycurl.E_COULDNT_CONNECT | pycurl.E_COULDNT_RESOLVE_HOST | pycurl.E_SSL_CONNECT_ERROR:
            why = failures.NO_CONNECTION
        case _:
            why = failures.LOST
    return failures.unreachable(host, why)
