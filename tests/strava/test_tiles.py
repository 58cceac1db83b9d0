"""Tiles: how many are requested at a time, what comes back, and what ends it."""

import os
import threading
import time
from collections.abc import Callable
from io import BytesIO
from typing import cast

import pytest
from PIL import Image

from stravacookies.errors import StravaError
from stravacookies.heatmap import CLASSIC, CURRENT, Tile, TileHost
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.fetcher import CookieFetcher
from stravacookies.strava.session import Session
from stravacookies.strava.tiles import (
    IN_FLIGHT,
    LARGEST_THUMBNAIL,
    PNG,
    PNG_END,
    TileFetcher,
    thumbnails,
)
from tests.standin.server import StandIn
from tests.standin.signing import Signer
from tests.standin.strava import Response, Strava

TURIN = Tile.at(45.075, 7.65, 13)
REMOTE = Tile.at(10.0, -40.0, 13)
LAYERS = CURRENT.layers(["all", "ride"])
NO_PICTURE = "something that is not a whole picture"
Override = Callable[..., None]


@pytest.fixture
def cookies(fetcher: CookieFetcher, stand_in: StandIn, strava: Strava) -> HeatmapCookies:
    """Return cookies that open tiles; the stand-in forgets the requests for them."""
    cookies = fetcher.fetch(Session(strava.open_session()))
    stand_in.exchanges.clear()
    stand_in.connections.clear()
    return cookies


def test_each_layer_has_its_own_tile(cookies: HeatmapCookies, stand_in: StandIn) -> None:
    """Each layer is requested once, in 256 pixels, and gets its own picture."""
    found = dict(thumbnails(LAYERS, TURIN, cookies))
    answers = {request.url: answer.body for request, answer in stand_in.exchanges}

    assert 14 == len(stand_in.exchanges)
    x, y, z = TURIN
    assert {layer: answers[f"{layer.tile_url(z, x, y)}&px=256"] for layer in LAYERS} == found
    assert all(picture.startswith(PNG) for picture in found.values())


def test_no_heat_is_no_error(cookies: HeatmapCookies, stand_in: StandIn) -> None:
    """Where no one went, there is an empty picture. Without layers, nothing is requested."""
    assert ([], []) == (list(thumbnails([], REMOTE, cookies)), stand_in.exchanges)
    layers = CURRENT.layers(["water", "winter"])
    assert dict.fromkeys(layers, b"") == dict(thumbnails(layers, REMOTE, cookies))


def test_few_tiles_are_in_flight(
    cookies: HeatmapCookies, stand_in: StandIn, override: Override
) -> None:
    """Six tiles are requested at a time, over six connections, and no more."""
    together = threading.Barrier(6)
    override(lambda _: together.wait(timeout=20) and None)  # until so many are in flight
    dict(thumbnails(CURRENT.layers()[:24], REMOTE, cookies))

    assert (6, 6) == (IN_FLIGHT, len(stand_in.connections))


def has_stopped(stand_in: StandIn) -> bool:
    """Return whether only the tiles in flight are still requested, and not all others."""
    requested = len(stand_in.exchanges)
    time.sleep(0.5)
    return len(stand_in.exchanges) <= requested + IN_FLIGHT < 100


@pytest.mark.parametrize(
    ("part", "status", "words"),
    [
        ("/all/hot/", 403, r"does not open heatmap tiles with these cookies \(403\)"),
        ("/all/bluered/", 401, r"does not open heatmap tiles with these cookies \(401\)"),
        ("/all/hot/", 400, r"does not know the activity all \(400\)"),
    ],
)
def test_one_refusal_stops_all(
    cookies: HeatmapCookies,
    stand_in: StandIn,
    override: Override,
    part: str,
    status: int,
    words: str,
) -> None:
    """After one refusal, the other threads stop soon."""
    override(lambda request: Response(status) if part in request.path else None)

    with pytest.raises(StravaError, match=words):
        dict(thumbnails(CURRENT.layers(), TURIN, cookies))
    assert has_stopped(stand_in)


def test_caller_who_leaves_stops_all(cookies: HeatmapCookies, stand_in: StandIn) -> None:
    """If the caller drops the iterator, the threads stop soon."""
    tiles = thumbnails(CURRENT.layers(), TURIN, cookies)
    next(tiles)
    del tiles

    assert has_stopped(stand_in)


def test_any_failure_ends_it() -> None:
    """Any failure in a thread is raised; there is no waiting for tiles that will not come."""
    with pytest.raises(AttributeError):
        dict(thumbnails(LAYERS, TURIN, cast("HeatmapCookies", None)))


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (Response(body=b"<html>Log in to the hotel's network"), NO_PICTURE),
        (Response(body=PNG + b"cut short"), NO_PICTURE),
        (
            Response(body=PNG + bytes(LARGEST_THUMBNAIL) + PNG_END),
            "more than a picture of 256 pixels can",
        ),
        (Response(body=PNG + bytes(2 << 20)), "more than 1 MB"),
        (Response(410), "410 Gone"),
        (Response(302, [("Location", "https://example.org/x")]), "a redirect to"),
    ],
)
def test_unexpected_answer_ends_it(
    cookies: HeatmapCookies, override: Override, answer: Response, what: str
) -> None:
    """Anything but a picture is an error that names it; the tiles before it were yielded."""
    override(lambda request: answer if "/ride/orange/" in request.path else None)
    found: list[object] = []

    with pytest.raises(StravaError) as error:
        found.extend(thumbnails(LAYERS, TURIN, cookies))
    assert f"/ride/orange/13/4270/2944.png?v=19&px=256 sent an unexpected answer ({what}" in str(
        error.value
    )
    assert 14 - IN_FLIGHT <= len(found)


@pytest.mark.parametrize("host", [CURRENT, CLASSIC], ids=lambda host: host.key)
def test_status_says_whether_cookies_open_tiles(
    fetcher: CookieFetcher, stand_in: StandIn, strava: Strava, host: TileHost
) -> None:
    """One request is enough."""
    cookies = fetcher.fetch(Session(strava.open_session()), host)
    stand_in.exchanges.clear()
    good = TileFetcher(cookies, host).test_tile().status
    strava.signer = Signer()

    assert (200, 403) == (good, TileFetcher(cookies, host).test_tile().status)
    assert 2 == len(stand_in.requests)


def test_largest_picture_is_accepted(cookies: HeatmapCookies, override: Override) -> None:
    """A picture of 256 pixels in which nothing can be compressed is not too large."""
    png = BytesIO()
    Image.frombytes("RGBA", (256, 256), os.urandom(4 << 16)).save(png, "PNG")
    override(lambda _: Response(body=png.getvalue()))

    assert LARGEST_THUMBNAIL - 2**14 < len(TileFetcher(cookies).thumbnail(LAYERS[0], TURIN))


@pytest.mark.parametrize("host", [CURRENT, CLASSIC], ids=lambda host: host.key)
def test_retired_colors(
    fetcher: CookieFetcher, stand_in: StandIn, strava: Strava, host: TileHost
) -> None:
    """Colours whose tile equals the one in hot are found, over one connection for all tiles."""
    strava.retired_colors = ("gray", "bluered")
    tiles = TileFetcher(fetcher.fetch(Session(strava.open_session()), host), host)
    stand_in.exchanges.clear()
    stand_in.connections.clear()
    found = tiles.drawn_as_hot(tiles.test_tile())

    assert ["gray", "bluered"] == [color.key for color in found]
    assert len(host.colors) == len(stand_in.exchanges)
    assert 1 == len(stand_in.connections)


def test_error_shows_no_credentials(
    fetcher: CookieFetcher, strava: Strava, override: Override
) -> None:
    """The classic host's credentials are in the query of a URL, which no error shows."""
    cookies = fetcher.fetch(Session(strava.open_session()), CLASSIC)
    override(lambda _: Response(302, [("Location", "http://[")]))

    with pytest.raises(StravaError, match=r"/all/hot/8/198/114\.png sent an unexpected"):
        TileFetcher(cookies, CLASSIC).test_tile()
