"""Tiles from Strava, a few at a time over open connections, passed on while they arrive."""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from stravacookies.errors import ConnectionLostError, StravaError
from stravacookies.server.arriving import Arriving
from stravacookies.server.client import IN_FLIGHT, Client
from stravacookies.strava import failures
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.http import retry_after
from stravacookies.strava.tiles import REFUSED

PARENTS = 16
"""How many tiles are kept in memory to cut others from: at most 16 MB, most often less than 1."""

_TOO_MANY = 429
"""The status with which a server asks for fewer requests: https://www.rfc-editor.org/rfc/rfc6585"""

USUAL_PAUSE, LONGEST_PAUSE = 5.0, 60.0
"""Seconds without requests after that, if Strava names no time, and at most."""

_log = logging.getLogger(__name__)


class Upstream:
    """Requests tiles from Strava, each one once for all who want it at the same time.

    Args:
        client: What sends the requests.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._arriving: dict[tuple[str, HeatmapCookies], Arriving] = {}
        self._parents: dict[tuple[str, HeatmapCookies], Arriving] = {}
        self._free = asyncio.Semaphore(IN_FLIGHT)
        self._resume = 0.0

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
            receiver = await self._client.get(url, cookies, arriving)
        except ConnectionLostError as error:
            if arriving.status:
                raise
            _log.info("%s", error)
            receiver = await self._client.get(url, cookies, arriving)  # once more
        _log.info("GET %s: %d", url, receiver.status)
        if receiver.status == _TOO_MANY:
            self._begin_pause(receiver.headers.get("retry-after", ""))
            self._refuse_in_pause()
        receiver.finish()

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
