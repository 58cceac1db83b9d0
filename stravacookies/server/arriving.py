"""An answer of Strava's that any number of callers can read while it arrives."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp

from stravacookies.errors import StravaError
from stravacookies.strava.http import LARGEST
from stravacookies.strava.tiles import PNG, PNG_END, REFUSED

HANDED_ON = ("Cache-Control", "Content-Length", "ETag", "Expires", "Last-Modified")
"""The headers of Strava's answer that callers get, if they make sense."""


class Arriving:
    """An answer of Strava's that any number of callers can read while it arrives.

    Attributes:
        status: 200 for a picture, 404 where there is no heat, or one of `REFUSED`.
        headers: Those of `HANDED_ON` that Strava sent.
        readers: How many callers want it.
        is_whole: Whether nothing more will come.
        is_parent: Whether other tiles are cut from it, so that it is kept for a while.
        task: What requests it.
    """

    task: asyncio.Task[None]

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.readers = 0
        self.is_whole = False
        self.is_parent = False
        self._parts: list[bytes] = []
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
        self.is_whole, self._error = not error, error
        self._tell()

    def _tell(self) -> None:
        self._news.set()  # who waits now goes on
        self._news.clear()

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
            elif self.is_whole:
                return
            elif self._error:
                raise self._error
            else:
                await self._news.wait()

    async def picture(self) -> bytes:
        """Return the whole picture; raise a `StravaError` if it breaks off."""
        return b"".join([part async for part in self.parts()])


async def receive(answer: aiohttp.ClientResponse, arriving: Arriving) -> None:
    """Pass a picture on, part by part; of other answers, only the head.

    Raises:
        StravaError: It is neither a tile, nor says that there is none, nor refuses it.
    """
    is_picture = answer.status == 200
    if not is_picture and answer.status not in (404, *REFUSED):
        raise StravaError(f"Strava sent an unexpected answer ({answer.status}).")
    headers = _headers(answer)
    size, held = 0, b""
    async for part in answer.content.iter_any():  # to the end, so that the connection can be reused
        size += len(part)
        if size > LARGEST:
            raise StravaError("Strava sent more than a picture of a tile can have.")
        if is_picture:
            held += part
            if not arriving.status and held.startswith(PNG):
                arriving.begin(200, headers)
            if arriving.status:  # the picture's end is passed on once it is known to be one
                arriving.add(held[: -len(PNG_END)])
                held = held[-len(PNG_END) :]
    if not is_picture:
        arriving.begin(answer.status, headers)
    elif not arriving.status:
        raise StravaError("Strava sent something that is not a picture.")
    elif held == PNG_END:
        arriving.add(held)
    else:
        raise StravaError("Strava sent only a part of a picture.")


def _headers(answer: aiohttp.ClientResponse) -> dict[str, str]:
    """Return the headers that callers get; aiohttp sends none with a control character."""
    found = ((name, answer.headers.get(name, "")) for name in HANDED_ON)
    headers = {
        name: value for name, value in found if value and value.isascii() and value.isprintable()
    }
    if answer.status != 200 or "Content-Encoding" in answer.headers:  # what we send is not as long
        headers.pop("Content-Length", None)
    return headers
