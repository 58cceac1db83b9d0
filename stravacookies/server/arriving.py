"""An answer of Strava's that any number of callers can read while it arrives."""

import asyncio
import re
from collections.abc import AsyncIterator

from stravacookies.errors import StravaError
from stravacookies.strava.http import LARGEST
from stravacookies.strava.tiles import PNG, PNG_END, REFUSED

HANDED_ON = ("Cache-Control", "Content-Length", "ETag", "Expires", "Last-Modified")
"""The headers of Strava's answer that callers get, if they make sense."""

_STATUS_LINE = re.compile(rb"HTTP/[\d.]+ (\d+)\s")

_LENGTH = re.compile(r"[0-9]{1,7}")


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
        while not self.is_whole:
            if self._error:
                raise self._error
            await self._news.wait()
        return b"".join(self._parts)


class Receiver:
    """Takes an answer from libcurl, and passes its picture on, part by part.

    Attributes:
        status: The status of the answer.
        headers: Its headers, with names in lower case.
    """

    def __init__(self, arriving: Arriving) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self._arriving = arriving
        self._size, self._held = 0, b""

    def take_line(self, line: bytes) -> None:
        """Take a line of the head: https://curl.se/libcurl/c/CURLOPT_HEADERFUNCTION.html."""
        if match := _STATUS_LINE.match(line):  # the last one counts, after that of a proxy
            self.status, self.headers = int(match[1]), {}
        name, _, value = line.decode("latin-1").partition(":")
        self.headers[name.lower()] = value.strip()

    def take_part(self, part: bytes) -> int | None:
        """Take a part of the body; return -1, which ends the transfer, if it is too large.

        Source: https://curl.se/libcurl/c/CURLOPT_WRITEFUNCTION.html
        """
        self._size += len(part)
        if self._size > LARGEST:
            return -1
        if self.status != 200:
            return None
        self._held += part
        if not self._arriving.status and self._held.startswith(PNG):
            self._arriving.begin(200, self._handed_on())
        if self._arriving.status:  # the picture's end is passed on once it is known to be one
            self._arriving.add(self._held[: -len(PNG_END)])
            self._held = self._held[-len(PNG_END) :]
        length = self._arriving.headers.get("Content-Length")
        if self._held == PNG_END and str(self._size) == length:
            self._arriving.add(self._held)
            self._arriving.end()  # libcurl says so only later
        return None

    def finish(self) -> None:
        """Pass on what has been held back until the answer is complete.

        Raises:
            StravaError: It is neither a tile, nor says that there is none, nor refuses it.
        """
        if self.status in (404, *REFUSED):
            self._arriving.begin(self.status, self._handed_on())
        elif self.status != 200:
            raise StravaError(f"Strava sent an unexpected answer ({self.status}).")
        elif not self._arriving.status:
            raise StravaError("Strava sent something that is not a picture.")
        elif self._held != PNG_END:
            raise StravaError("Strava sent only a part of a picture.")
        elif not self._arriving.is_whole:
            self._arriving.add(self._held)

    def _handed_on(self) -> dict[str, str]:
        """Return the headers that callers get, which uvicorn must be able to send."""
        found = ((name, self.headers.get(name.lower(), "")) for name in HANDED_ON)
        headers = {
            name: value
            for name, value in found
            if value and value.isascii() and value.isprintable()
        }
        # What we send may not be as long: libcurl accepts "5, 5", and 5 for an answer in chunks.
        is_picture = self.status == 200 and "transfer-encoding" not in self.headers
        if not is_picture or not _LENGTH.fullmatch(headers.get("Content-Length", "")):
            headers.pop("Content-Length", None)
        return headers
