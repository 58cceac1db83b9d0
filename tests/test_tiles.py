"""The tiles of a preview: what is asked for them, and what is kept."""

import errno
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import StravacookiesError, TileRefusedError, UnexpectedAnswerError
from stravacookies.heatmap import TODAY, Layer, Tile
from stravacookies.session import Session
from stravacookies.strava import CookieFetcher
from stravacookies.tiles import IN_FLIGHT, thumbnails
from tests.standin.server import StandIn
from tests.standin.signing import Signer
from tests.standin.strava import Request, Response, Strava

TURIN = Tile.at(45.075, 7.65, 13)
REMOTE = Tile.at(10.0, -40.0, 13)
LAYERS = TODAY.layers(["all", "ride"])
WITHOUT_HEAT = TODAY.layers(["water", "winter"])
"""Layers that show nothing in `REMOTE`."""

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def cookies(fetcher: CookieFetcher, stand_in: StandIn, strava: Strava) -> HeatmapCookies:
    """Cookies that open tiles; what was asked for them is forgotten."""
    cookies = fetcher.fetch(Session(strava.open_session()))
    stand_in.exchanges.clear()
    stand_in.connections.clear()
    return cookies


def no_cookies() -> HeatmapCookies:
    """What must not be asked."""
    raise AssertionError("cookies were asked for")


def test_each_layer_has_its_own_tile(
    cookies: HeatmapCookies, stand_in: StandIn, tmp_path: Path
) -> None:
    """Each layer is asked for once, in 256 pixels, and gets the picture that came for it."""
    found = dict(thumbnails(LAYERS, TURIN, tmp_path / "tiles", lambda: cookies))
    answers = {request.url: answer.body for request, answer in stand_in.exchanges}

    assert 14 == len(stand_in.exchanges)
    assert {layer: answers[f"{layer.tile_url(*TURIN)}&px=256"] for layer in LAYERS} == found
    assert all(picture.startswith(PNG) for picture in found.values())


def test_no_heat_is_no_error(cookies: HeatmapCookies, tmp_path: Path) -> None:
    """Where nobody went, there is an empty picture, which is kept like others."""
    found = dict(thumbnails(WITHOUT_HEAT, REMOTE, tmp_path / "tiles", lambda: cookies))

    assert dict.fromkeys(WITHOUT_HEAT, b"") == found
    assert found == dict(thumbnails(WITHOUT_HEAT, REMOTE, tmp_path / "tiles", no_cookies))


def test_second_look_asks_nothing(
    cookies: HeatmapCookies, stand_in: StandIn, tmp_path: Path
) -> None:
    """What was fetched today is not fetched again; another place is."""
    first = dict(thumbnails(LAYERS, TURIN, tmp_path / "tiles", lambda: cookies))
    stand_in.exchanges.clear()
    second = dict(thumbnails(LAYERS, TURIN, tmp_path / "tiles", no_cookies))
    assert (first, []) == (second, stand_in.exchanges)
    dict(thumbnails(LAYERS, REMOTE, tmp_path / "tiles", lambda: cookies))

    assert 14 == len(stand_in.exchanges)


def test_tiles_are_kept_privately_for_a_day(
    cookies: HeatmapCookies, stand_in: StandIn, tmp_path: Path
) -> None:
    """Where somebody looks is nobody's business; after a day tiles are fetched anew, or removed."""
    directory = tmp_path / "tiles"
    dict(thumbnails(LAYERS, REMOTE, directory, lambda: cookies))
    dict(thumbnails(LAYERS, TURIN, directory, lambda: cookies))
    assert {0o600} == {path.stat().st_mode & 0o777 for path in directory.iterdir()}
    assert 0o700 == directory.stat().st_mode & 0o777
    yesterday = time.time() - 24 * 60 * 60 - 1
    for path in directory.iterdir():
        os.utime(path, (yesterday, yesterday))
    stand_in.exchanges.clear()
    dict(thumbnails(LAYERS, TURIN, directory, lambda: cookies))

    assert 14 == len(stand_in.exchanges)
    assert 14 == len(list(directory.iterdir()))


@pytest.mark.parametrize("content", [b"<html>", b"\x89PN", b"", PNG + b"cut short"])
def test_damaged_tile_is_fetched_anew(
    cookies: HeatmapCookies, tmp_path: Path, content: bytes
) -> None:
    """A file that is no picture counts as not there."""
    directory = tmp_path / "tiles"
    first = dict(thumbnails(LAYERS, TURIN, directory, lambda: cookies))
    for path in directory.iterdir():
        path.write_bytes(content)

    assert first == dict(thumbnails(LAYERS, TURIN, directory, lambda: cookies))


def test_only_tiles_are_removed(cookies: HeatmapCookies, tmp_path: Path) -> None:
    """What is old and not a tile of ours stays, whatever it is; so does what cannot be removed."""
    others = [tmp_path / "photo.png", tmp_path / "strava-heatmap-folder.png" / "photo.png"]
    old = tmp_path / "strava-heatmap-old.png"
    others[1].parent.mkdir()
    for path in [*others, old]:
        path.touch()
        os.utime(path, (1, 1))
    os.utime(others[1].parent, (1, 1))
    dict(thumbnails(LAYERS[:1], TURIN, tmp_path, lambda: cookies))

    assert (True, True, False) == (others[0].exists(), others[1].exists(), old.exists())


def test_no_place_to_keep_tiles(cookies: HeatmapCookies, tmp_path: Path) -> None:
    """Tiles that cannot be kept are shown all the same."""
    (tmp_path / "tiles").write_text("in the way")
    found = dict(thumbnails(LAYERS, TURIN, tmp_path / "tiles", lambda: cookies))

    assert set(LAYERS) == set(found)


def test_place_out_of_reach_to_keep_tiles(
    cookies: HeatmapCookies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that may not be looked into is done without, too."""

    def refuse(path: Path, _: str) -> Iterator[Path]:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "glob", refuse)
    found = dict(thumbnails(LAYERS, TURIN, tmp_path / "tiles", lambda: cookies))

    assert set(LAYERS) == set(found)


def test_few_tiles_are_in_flight(
    cookies: HeatmapCookies,
    stand_in: StandIn,
    strava: Strava,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Strava is asked for six tiles at a time, over six connections, and for no more."""
    together, answer = threading.Barrier(IN_FLIGHT), strava.answer

    def wait(request: Request) -> Response:
        together.wait(timeout=20)  # until so many are in flight
        return answer(request)

    monkeypatch.setattr(strava, "answer", wait)
    layers = TODAY.layers()[: 4 * IN_FLIGHT]
    dict(thumbnails(layers, REMOTE, tmp_path / "tiles", lambda: cookies))

    assert (6, 6) == (IN_FLIGHT, len(stand_in.connections))


def look(layers: tuple[Layer, ...], directory: Path, cookies: HeatmapCookies) -> StravacookiesError:
    """Ask for tiles, which must fail."""
    with pytest.raises(StravacookiesError) as raised:
        dict(thumbnails(layers, TURIN, directory, lambda: cookies))
    return raised.value


def test_refused_tile_ends_it(
    cookies: HeatmapCookies, stand_in: StandIn, strava: Strava, tmp_path: Path
) -> None:
    """After a 403, Strava is asked for nothing that is not in flight; nothing of it is kept."""
    strava.signer = Signer()
    error = look(TODAY.layers(), tmp_path / "tiles", cookies)

    assert isinstance(error, TileRefusedError)
    assert len(stand_in.exchanges) <= IN_FLIGHT
    assert [] == list((tmp_path / "tiles").iterdir())


def test_one_refusal_stops_all(
    cookies: HeatmapCookies,
    stand_in: StandIn,
    strava: Strava,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If a single tile is refused, the others are not asked for to the end."""
    real = strava.answer

    def refuse(request: Request) -> Response:
        return Response(403) if "/all/bluered/" in request.path else real(request)

    monkeypatch.setattr(strava, "answer", refuse)
    look(TODAY.layers(), tmp_path / "tiles", cookies)
    asked = len(stand_in.exchanges)
    time.sleep(0.5)

    assert asked <= len(stand_in.exchanges) <= asked + IN_FLIGHT < 100


def test_what_cannot_begin_ends_it(
    cookies: HeatmapCookies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong in a thread is told; nobody waits for it for ever."""

    def fail(*_: object) -> None:
        raise OSError("no certificates")

    monkeypatch.setattr("stravacookies.tiles.TileFetcher", fail)
    with pytest.raises(OSError, match="no certificates"):
        dict(thumbnails(LAYERS, TURIN, tmp_path / "tiles", lambda: cookies))


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (Response(body=b"<html>Log in to the hotel's network"), "something that is no picture"),
        (Response(410), "410 Gone"),
        (Response(302, [("Location", "https://example.org/x")]), "a redirect to"),
    ],
)
def test_odd_answer_ends_it(
    cookies: HeatmapCookies,
    strava: Strava,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: Response,
    what: str,
) -> None:
    """What is neither a picture nor a word about one is an error; what came before it is kept."""
    real = strava.answer

    def odd(request: Request) -> Response:
        return answer if "/ride/orange/" in request.path else real(request)

    monkeypatch.setattr(strava, "answer", odd)
    error = look(LAYERS, tmp_path / "tiles", cookies)

    assert isinstance(error, UnexpectedAnswerError)
    assert f"/ride/orange/13/4270/2944.png?v=19&px=256 answered {what}" in str(error)
    assert len(list((tmp_path / "tiles").iterdir())) > 6
