"""Tiles from Strava: the pause that it asks for, and those that are kept."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from contextlib import aclosing

import pytest

from stravacookies.errors import NetworkError, StravaError
from stravacookies.heatmap import CURRENT
from stravacookies.server import upstream as upstream_module
from stravacookies.server.arriving import Receiver
from stravacookies.server.client import IN_FLIGHT, Client
from stravacookies.server.upstream import PARENTS, Upstream
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.failures import LOST
from stravacookies.strava.fetcher import CookieFetcher
from stravacookies.strava.session import Session
from stravacookies.strava.tiles import PNG, PNG_END
from tests.standin.server import StandIn
from tests.standin.signing import Signer
from tests.standin.strava import Response, Strava

LAYER = CURRENT.layer("all:hot")
UNREACHABLE = "content-a.strava.com could not be reached: "
HOT = LAYER.tile_url(8, 198, 114)
EMPTY = [LAYER.tile_url(15, x, 1) for x in range(PARENTS + 1)]
"""Tiles without heat, one more than are kept."""


def run(use: Callable[[Upstream], Coroutine[None, None, None]]) -> None:
    """Use what requests tiles."""

    async def opened() -> None:
        async with aclosing(Client(HOT)) as client:
            await use(Upstream(client))

    asyncio.run(opened())


async def ask(upstream: Upstream, url: str, cookies: HeatmapCookies, *, parent: bool) -> int:
    """Return the status of a tile, once it has arrived."""
    async with upstream.tile(url, cookies, is_parent=parent) as tile:
        await tile.picture()
        return tile.status


def test_headers(cookies: HeatmapCookies, strava: Strava, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of Strava's headers, those are handed on that callers need and that make sense."""
    sent = [("Last-Modified", "today"), ("ETag", '"\x01"'), ("Expires", "\xe9"), ("HTTP/2", "x")]
    answer = Response(200, [*sent, ("Cache-Control", "")], PNG + PNG_END)
    monkeypatch.setattr(strava, "answer", lambda _: answer)

    async def use(upstream: Upstream) -> None:
        async with upstream.tile(HOT, cookies) as tile:
            assert {"Last-Modified": "today", "Content-Length": "16"} == tile.headers

    run(use)


def test_unknown_failure(cookies: HeatmapCookies, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever fails, nobody waits for the tile any longer."""

    def fail(_: Receiver) -> None:
        raise AssertionError

    async def use(upstream: Upstream) -> None:
        with pytest.raises(NetworkError) as error:
            await ask(upstream, EMPTY[0], cookies, parent=True)
        assert f"{UNREACHABLE}{LOST}." == str(error.value)

    monkeypatch.setattr(Receiver, "finish", fail)
    run(use)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30), ("3600", 60), ("0", 5), ("soon", 5), ("Fri, 01 Jan 2100 00:00:00 GMT", 60)],
)
def test_pause(
    cookies: HeatmapCookies,
    strava: Strava,
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    header: str,
    seconds: int,
) -> None:
    """After a 429, nothing is requested for as long as Strava says, up to a minute."""
    monkeypatch.setattr(strava, "answer", lambda _: Response(429, [("Retry-After", header)]))
    message = f"Strava asks for fewer requests. Tiles are requested again in {seconds} s."

    async def use(upstream: Upstream) -> None:
        with pytest.raises(StravaError, match=re.escape(message)):
            await ask(upstream, HOT, cookies, parent=False)
        with pytest.raises(StravaError):
            await ask(upstream, HOT, cookies, parent=False)

    run(use)

    assert 1 == len(stand_in.requests)


def test_pause_ends(
    cookies: HeatmapCookies, strava: Strava, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the pause, tiles are requested again."""
    monkeypatch.setattr(upstream_module, "USUAL_PAUSE", 0.05)

    async def use(upstream: Upstream) -> None:
        with pytest.MonkeyPatch.context() as busy:
            busy.setattr(strava, "answer", lambda _: Response(429))
            with pytest.raises(StravaError):
                await ask(upstream, HOT, cookies, parent=False)
        await asyncio.sleep(upstream.pause)
        assert 200 == await ask(upstream, HOT, cookies, parent=False)

    run(use)


def test_pause_for_all(
    cookies: HeatmapCookies, strava: Strava, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a pause, tiles that were waiting for their turn fail, too; those that are kept come."""

    async def use(upstream: Upstream) -> None:
        assert 200 == await ask(upstream, HOT, cookies, parent=True)
        monkeypatch.setattr(strava, "answer", lambda _: Response(429))
        tiles = (ask(upstream, url, cookies, parent=False) for url in EMPTY)
        found = await asyncio.gather(*tiles, return_exceptions=True)
        assert {StravaError} == {type(each) for each in found}
        assert 200 == await ask(upstream, HOT, cookies, parent=True)

    run(use)

    assert 2 <= len(stand_in.requests) <= 1 + IN_FLIGHT


def test_parents_are_kept(cookies: HeatmapCookies, stand_in: StandIn) -> None:
    """The last tiles that others are cut from are requested once, even those without heat."""

    async def use(upstream: Upstream) -> None:
        async def requested(*urls: str) -> int:
            before = len(stand_in.requests)
            for url in urls:
                await ask(upstream, url, cookies, parent=True)
            return len(stand_in.requests) - before

        oldest, second, *rest, last = EMPTY
        assert PARENTS == await requested(oldest, second, *rest, *rest)
        assert 1 == await requested(oldest, last)  # which takes the place of the second
        assert 0 == await requested(oldest, *rest, last)
        assert 1 == await requested(second)

    run(use)


def test_parents_of_refused_cookies(
    cookies: HeatmapCookies, fetcher: CookieFetcher, strava: Strava, stand_in: StandIn
) -> None:
    """A refusal is not kept, and with other cookies each tile is requested again."""
    signer, strava.signer = strava.signer, Signer()
    other = fetcher.fetch(Session(strava.open_session()))
    stand_in.exchanges.clear()

    async def use(upstream: Upstream) -> None:
        assert 403 == await ask(upstream, HOT, cookies, parent=True)
        assert 200 == await ask(upstream, HOT, other, parent=True)
        strava.signer = signer
        for _ in range(2):
            assert 200 == await ask(upstream, HOT, cookies, parent=True)

    run(use)

    assert 3 == len(stand_in.requests)
