"""Requests for tiles with libcurl, over connections that stay open.

Source: https://curl.se/libcurl/c/
"""

import os
import ssl
from pathlib import Path
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

from stravacookies.errors import StravaError
from stravacookies.server.arriving import Arriving, Receiver
from stravacookies.strava import failures
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.version import __version__

IN_FLIGHT = 8
"""The most tiles to request from Strava at a time, and the most connections that stay open."""

_HEADERS = (f"User-Agent: stravacookies/{__version__}", "Accept-Encoding: identity")


class Client:
    """Requests tiles, with the proxy and the certificates that `requests` would use.

    Args:
        url: The URL of any tile.

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
        self._usual = _usual(trusted)
        self._proxy = select_proxy(url, settings["proxies"])
        try:
            if self._proxy:
                _use_proxy(self._usual, self._proxy)
        except ValueError:  # pycurl raises it, too, and UnicodeError
            raise failures.unreachable(urlsplit(url).netloc, failures.PROXY_UNUSABLE) from None
        self._multi = pycurl.AsyncCurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, IN_FLIGHT)  # stay open

    async def aclose(self) -> None:
        """Close all connections."""
        await self._multi.aclose()

    async def get(self, url: str, cookies: HeatmapCookies, arriving: Arriving) -> Receiver:
        """Request a tile, and return what has received it; the caller must `finish` that.

        Raises:
            StravaError: Strava or the network failed.
        """
        receiver = Receiver(arriving)
        curl = self._usual.duphandle()
        curl.setopt(pycurl.URL, url)
        curl.setopt(pycurl.HTTPHEADER, [*_HEADERS, f"Cookie: {cookies.header()}"])
        curl.setopt(pycurl.HEADERFUNCTION, receiver.take_line)
        curl.setopt(pycurl.WRITEFUNCTION, receiver.take_part)
        try:
            await self._multi.perform(curl)
        except pycurl.error as error:
            is_proxied = self._proxy is not None
            # The proxy's answer; older libcurls then only say that the connection broke.
            is_refused = is_proxied and curl.getinfo(pycurl.HTTP_CONNECTCODE) >= 300
            code = pycurl.E_COULDNT_CONNECT if is_refused else error.args[0]
            raise _named(code, urlsplit(url).netloc, is_proxied=is_proxied) from None
        return receiver


def _usual(trusted: Path) -> pycurl.Curl:
    """Return what all requests have in common."""
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
        case pycurl.E_WRITE_ERROR:
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
