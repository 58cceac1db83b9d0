"""Cookies that are renewed in time, once, and after failures with growing pauses."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta

import pytest

from stravacookies.errors import NotLoggedInError, StravacookiesError
from stravacookies.server import renewal
from stravacookies.server.renewal import Renewal
from stravacookies.strava.cookies import HeatmapCookies
from tests.made_up import values


def lasting(minutes: float) -> HeatmapCookies:
    """Return cookies that expire in some minutes."""
    return HeatmapCookies.from_values(values(datetime.now(UTC) + timedelta(minutes=minutes)))


class Source:
    """Gives cookies, or fails; it is called to renew them.

    Attributes:
        failing: Whether it fails.
        calls: How often it was called.
        said: What the user was told.
    """

    def __init__(self, minutes: float = 24 * 60) -> None:
        self.minutes, self.failing, self.calls = minutes, False, 0
        self.said: list[str] = []

    def __call__(self) -> HeatmapCookies:
        """Renew the cookies."""
        self.calls += 1
        if self.failing:
            raise NotLoggedInError("There is no session.", "Log in.")
        return lasting(self.minutes)

    def run(
        self,
        use: Callable[[Renewal], Coroutine[None, None, None]],
        cookies: HeatmapCookies | None = None,
    ) -> None:
        """Use a renewal that is kept up, for at most ten seconds."""
        run(self, self.said, use, cookies)


def run(
    renew: Callable[[], HeatmapCookies],
    said: list[str],
    use: Callable[[Renewal], Coroutine[None, None, None]],
    cookies: HeatmapCookies | None = None,
) -> None:
    """Use a renewal that is kept up, for at most ten seconds."""

    async def both() -> None:
        kept = Renewal(renew, said.append, cookies)
        keeper = asyncio.create_task(kept.keep())
        try:
            await asyncio.wait_for(use(kept), 10)
        finally:
            keeper.cancel()

    asyncio.run(both())


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make all pauses short."""
    monkeypatch.setattr(renewal, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(renewal, "LONGEST_PAUSE", 0.4)


@pytest.mark.parametrize("minutes", [None, -1, 0])
def test_renewed_once_for_all(minutes: float | None) -> None:
    """However many tiles wait for cookies, they are renewed once."""
    source = Source()

    async def use(kept: Renewal) -> None:
        found = await asyncio.gather(*(kept.usable() for _ in range(100)))
        assert {kept.cookies} == set(found)

    source.run(use, None if minutes is None else lasting(minutes))

    assert 1 == source.calls
    (said,) = source.said
    assert said.startswith("The cookies were renewed; they expire on ")


@pytest.mark.parametrize(("minutes", "calls"), [(29, 1), (31, 0)])
def test_renewed_half_an_hour_before_they_expire(minutes: float, calls: int) -> None:
    """Cookies are renewed 30 minutes before they expire; meanwhile, tiles use them."""
    source, old = Source(), lasting(minutes)

    async def use(kept: Renewal) -> None:
        assert old is await kept.usable()
        await asyncio.sleep(0.2)
        assert (kept.cookies is old) == (calls == 0)

    source.run(use, old)

    assert calls == source.calls


def test_renewed_in_time() -> None:
    """Cookies are renewed just before they expire, even if nobody wants a tile."""
    source = Source(minutes=2 / 60)

    async def use(kept: Renewal) -> None:
        old = await kept.usable()
        source.minutes = 600
        while kept.cookies is old:
            assert old.is_fresh(timedelta(0))
            await asyncio.sleep(0.02)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(renewal, "FIRST_PAUSE", 0.05)
        source.run(use)

    assert 2 == source.calls


def test_short_lives_are_no_storm(quick: None) -> None:
    """Cookies that last less than 30 minutes from the beginning are not renewed at once."""
    source = Source(minutes=1)

    async def use(kept: Renewal) -> None:
        await kept.usable()
        await asyncio.sleep(0.3)

    source.run(use)

    assert 1 == source.calls


def test_refused_cookies(quick: None) -> None:
    """Refused cookies are renewed; if new ones are refused, too, not again before a pause."""
    source, old = Source(), lasting(600)

    async def use(kept: Renewal) -> None:
        kept.refuse(old)
        new = await kept.usable()
        kept.refuse(old)  # by a tile that was still under way
        assert new is await kept.usable()
        with pytest.raises(StravacookiesError, match="refuses this tile even with new cookies"):
            kept.refuse(new)
        assert new is await kept.usable()  # for other tiles
        await asyncio.sleep(0.2)
        kept.refuse(new)
        assert new is not await kept.usable()

    source.run(use, old)

    assert 2 == source.calls


def test_failures(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure is said once, with its reason for each tile, and tried again until it ends."""
    source, pauses = Source(), []
    source.failing = True
    sleep = asyncio.sleep

    async def counted(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(seconds)

    monkeypatch.setattr(asyncio, "sleep", counted)

    async def use(kept: Renewal) -> None:
        for _ in range(3):
            with pytest.raises(StravacookiesError, match=r"^There is no session. Log in.$"):
                await kept.usable()
        while source.calls < 6:
            await sleep(0.02)
        source.failing = False
        while kept.problem:
            await sleep(0.02)
        assert kept.cookies is await kept.usable()

    source.run(use)

    failed, renewed = source.said
    begins = "The cookies could not be renewed; the server keeps trying."
    assert f"{begins} There is no session. Log in." == failed
    assert renewed.startswith("The cookies were renewed")
    assert [0.05, 0.1, 0.2, 0.4, 0.4] == [round(pause, 2) for pause in pauses[1:6]]


def test_failure_while_cookies_last(quick: None) -> None:
    """As long as the old cookies have not expired, tiles do not notice a failure."""
    source, old = Source(), lasting(20)
    source.failing = True

    async def use(kept: Renewal) -> None:
        while not kept.problem:
            await asyncio.sleep(0.02)
        assert old is await kept.usable()

    source.run(use, old)


def test_renewal_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tile does not wait for ever; once a person has unlocked the keyring, all is well."""
    monkeypatch.setattr(renewal, "LONGEST_WAIT", 0.05)
    source, unlocked = Source(), threading.Event()

    def locked() -> HeatmapCookies:
        unlocked.wait(10)
        return source()

    async def use(kept: Renewal) -> None:
        words = "The cookies are still being renewed; perhaps a keyring waits to be unlocked."
        with pytest.raises(StravacookiesError, match=f"^{words}$"):
            await kept.usable()
        unlocked.set()
        while not kept.cookies:
            await asyncio.sleep(0.02)
        assert kept.cookies is await kept.usable()

    run(locked, source.said, use)

    assert 1 == source.calls
