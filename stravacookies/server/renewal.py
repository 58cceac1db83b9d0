"""The cookies of a server that runs for days, renewed before they expire."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from stravacookies.errors import StravacookiesError
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.wording import until

AHEAD = timedelta(minutes=30)
"""How long before their expiry cookies are renewed."""

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 15 * 60.0
"""Seconds between two attempts to renew cookies: each pause is twice as long as the one before."""

LONGEST_WAIT = 25.0
"""Seconds that a tile waits for new cookies: JOSM gives up after 30."""

_CLOCK = 30.0
"""Seconds after which the clock is read again, since waiting stops while the computer sleeps."""


class Renewal:
    """Cookies that are renewed once, however many tiles need it, while `keep` runs.

    Args:
        renew: Returns new cookies, or raises a `StravacookiesError`. It may block.
        say: Tells the user something.
        cookies: The cookies to begin with, if there are any.

    Attributes:
        cookies: The current cookies.
        problem: Why they could not be renewed, until they are.
    """

    def __init__(
        self,
        renew: Callable[[], HeatmapCookies],
        say: Callable[[str], None],
        cookies: HeatmapCookies | None = None,
    ) -> None:
        self.cookies = cookies
        self.problem: str | None = None
        self._renew, self._say = renew, say
        self._is_refused = False
        self._ahead = AHEAD
        self._wanted, self._tried = asyncio.Event(), asyncio.Event()
        self._next, self._pause = 0.0, FIRST_PAUSE

    async def usable(self) -> HeatmapCookies:
        """Return cookies that open tiles; wait for new ones if there are none.

        Raises:
            StravacookiesError: They could not be renewed.
        """
        while not self.cookies or self._is_refused or not self.cookies.is_fresh(timedelta(0)):
            if self.problem:
                raise StravacookiesError(self.problem)
            tried = self._tried
            self._wanted.set()
            try:
                await asyncio.wait_for(tried.wait(), LONGEST_WAIT)
            except TimeoutError:
                raise StravacookiesError(
                    "The cookies are still being renewed; perhaps a keyring waits to be unlocked."
                ) from None
        return self.cookies

    def refuse(self, cookies: HeatmapCookies) -> None:
        """Note that these cookies did not open a tile, so that new ones are wanted.

        Raises:
            StravacookiesError: They are so new that others would not open it either.
        """
        if cookies is self.cookies and not self._is_refused:
            if time.monotonic() < self._next:
                raise StravacookiesError("Strava refuses this tile even with new cookies.")
            self._is_refused = True

    async def keep(self) -> None:
        """Renew the cookies whenever it is due, and after a failure with growing pauses."""
        while True:
            while (left := self._left()) > 0:
                self._wanted.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wanted.wait(), min(left, _CLOCK))
            await asyncio.sleep(self._next - time.monotonic())
            await self._try()
            self._tried.set()
            self._tried = asyncio.Event()

    async def _try(self) -> None:
        if time.monotonic() > self._next + LONGEST_PAUSE:  # all was well for a while
            self._pause = FIRST_PAUSE
        try:
            self.cookies = await _in_thread(self._renew)
        except StravacookiesError as error:
            if not self.problem:
                self._say(f"The cookies could not be renewed; the server keeps trying. {error}")
            self.problem = str(error)
        else:
            self._say(f"The cookies were renewed; they expire on {until(self.cookies.expires)}.")
            if not self._is_refused:
                self._pause = FIRST_PAUSE
            self.problem, self._is_refused = None, False
            # Cookies that last only minutes must not be due at once.
            self._ahead = min(AHEAD, (self.cookies.expires - datetime.now(UTC)) / 4)
        self._next = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def _left(self) -> float:
        """Return the seconds until the cookies must be renewed."""
        if not self.cookies or self._is_refused:
            return 0.0
        return (self.cookies.expires - self._ahead - datetime.now(UTC)).total_seconds()


async def _in_thread(work: Callable[[], HeatmapCookies]) -> HeatmapCookies:
    """Return what a blocking call returns, or raise what it raises.

    Not with `asyncio.to_thread`: Python waits for such a thread when the user interrupts it.
    """
    outcome: Future[HeatmapCookies] = Future()
    outcome.set_running_or_notify_cancel()  # if nobody waits any longer, the call still ends

    def run() -> None:
        try:
            outcome.set_result(work())
        except Exception as error:  # noqa: BLE001 - raised where it is awaited
            outcome.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return await asyncio.wrap_future(outcome)
