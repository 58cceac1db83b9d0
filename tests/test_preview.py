"""The page of a preview, and the tiles for it, which are kept for a day."""

import errno
import os
import re
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from lxml import html

from stravacookies import preview
from stravacookies.catalog import Color
from stravacookies.errors import NotLoggedInError, StravaError
from stravacookies.heatmap import CURRENT, Layer, Tile
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.fetcher import CookieFetcher
from stravacookies.strava.session import Session
from stravacookies.strava.tiles import LARGEST_THUMBNAIL
from tests.standin.server import StandIn
from tests.standin.signing import Signer
from tests.standin.strava import Request, Response, Strava

TURIN = Tile.at(45.075, 7.65, 13)
REMOTE = Tile.at(10.0, -40.0, 13)
LAYERS = CURRENT.layers(["all", "ride"], ["hot", "blue"])
WITHOUT_HEAT = CURRENT.layers(["water", "winter"], ["hot"])
"""Layers that show nothing in `REMOTE`."""

PNG = b"\x89PNG\r\n\x1a\n"


def page_of(layers: Sequence[Layer], picture: bytes = PNG, retired: Sequence[Color] = ()) -> str:
    """Render a page with the same picture for all layers."""
    view = preview.View(dict.fromkeys(layers, picture), 45.075, 7.65, 13, retired)
    return preview.render(view, port=8222)


def found(page: str, xpath: str) -> list[str]:
    """Return the texts and attributes of a page to which a path leads."""
    return [str(text) for text in html.fromstring(page).xpath(xpath)]


def test_each_layer_has_a_picture_a_box_and_a_button() -> None:
    """Headings are activities, boxes are layers; only a layer with heat has a picture."""
    page = page_of(LAYERS)

    assert ["All", "All rides"] == found(page, "//main//h2/text()")
    assert [layer.title for layer in LAYERS] == found(page, "//main//label/text()")
    assert [layer.key for layer in LAYERS] == found(page, "//main//input/@value")
    assert [layer.id for layer in LAYERS] == found(page, "//button/@data-id")
    assert ["", "hot", "blue"] == found(page, "//input[@name='color']/@value")
    assert [] == found(page_of(LAYERS[:1]), "//input[@name='color']/@value")
    assert len(LAYERS) == len(found(page, "//img/@src"))
    assert [] == found(page_of(LAYERS, b""), "//img/@src")


@pytest.mark.parametrize(("count", "has_list"), [(5, False), (6, True)])
def test_list_of_activities(count: int, has_list: bool) -> None:
    """A page with more than five activities begins with a list of them."""
    page = page_of(CURRENT.layers(colors=["hot"])[:count])

    assert has_list == (found(page, "//nav//a/text()") == found(page, "//main//h2/text()"))


@pytest.mark.parametrize("picture", [PNG, b""])
def test_retired_colors_are_marked(picture: bytes) -> None:
    """A layer in a colour that Strava now draws as hot says so below its name."""
    colors = {color.key: color for color in CURRENT.colors}
    page = page_of(LAYERS, picture, [colors["blue"], colors["gray"]])

    assert ["All, blue", "All rides, blue"] == found(page, "//p[@class='note']/../label/text()")
    assert {"Strava now draws this colour as hot."} == set(found(page, "//p[@class='note']/text()"))


def test_page_takes_little_memory() -> None:
    """Even if each picture were as large as it can be, a page would be made in 100 MB."""
    large = PNG + bytes(LARGEST_THUMBNAIL - len(PNG))
    tracemalloc.start()
    try:
        page_of(CURRENT.layers()[:35], large).encode()
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()


def test_page_loads_nothing() -> None:
    """An open page sends requests only to JOSM, on the port that its preferences name."""
    page = page_of(LAYERS)

    loaded = found(page, "//@src | //link/@href")
    assert [] == [url for url in loaded if not url.startswith("data:image/png;base64,")]
    assert not re.search(r"url\(|@import|fetch\(`https", page)
    assert "default-src 'none'; img-src data:;" in page
    assert "connect-src http://127.0.0.1:8222;" in page
    assert "fetch(`http://127.0.0.1:8222/imagery?id=" in page


@pytest.fixture
def cookies(fetcher: CookieFetcher, stand_in: StandIn, strava: Strava) -> HeatmapCookies:
    """Cookies that open tiles; the request for them is forgotten."""
    cookies = fetcher.fetch(Session(strava.open_session()))
    stand_in.exchanges.clear()
    return cookies


def no_cookies() -> HeatmapCookies:
    """Fail, since all tiles are kept."""
    raise AssertionError("cookies were asked for")


Look = Callable[..., dict[Layer, bytes]]


@pytest.fixture
def look(cookies: HeatmapCookies, tmp_path: Path) -> Look:
    """Returns the pictures of layers on a tile."""

    def look(
        layers: Sequence[Layer] = LAYERS,
        tile: Tile = TURIN,
        cookies: Callable[[], HeatmapCookies] = lambda: cookies,
    ) -> dict[Layer, bytes]:
        return dict(preview.pictures(layers, tile, tmp_path / "tiles", cookies))

    return look


def test_second_look_asks_nothing(look: Look, stand_in: StandIn) -> None:
    """A tile that was fetched today is not fetched again; another one is."""
    first = look()
    assert len(LAYERS) == len(stand_in.exchanges)
    assert first == look(cookies=no_cookies)
    look(tile=REMOTE)

    assert 2 * len(LAYERS) == len(stand_in.exchanges)


@pytest.mark.parametrize(
    ("colors", "retired", "found", "requests"),
    [
        (["hot"], ["blue", "orange"], [], 0),
        (["hot", "blue", "gray"], ["blue", "orange"], ["blue"], 0),
        (["blue", "gray", "orange"], ["blue", "orange"], ["blue", "orange"], 1),
        (["blue", "gray"], ["orange"], [], 1),
    ],
)
def test_retired_colors_are_found(
    look: Look,
    stand_in: StandIn,
    strava: Strava,
    colors: list[str],
    retired: list[str],
    found: list[str],
    requests: int,
) -> None:
    """If hot is not among the pictures, one more tile tells, which is kept like others."""
    strava.retired_colors = retired
    pictures = look(CURRENT.layers(["ride", "water"], colors))
    stand_in.exchanges.clear()
    first = preview.retired(pictures, lambda layers: look(layers).items())
    again = preview.retired(pictures, lambda layers: look(layers, cookies=no_cookies).items())

    assert found == [color.key for color in first] == [color.key for color in again]
    assert requests == len(stand_in.requests)


def test_where_is_no_heat_no_color_is_retired(look: Look, stand_in: StandIn) -> None:
    """Tiles without heat are alike in all colours, so they do not tell that one is retired."""
    pictures = look(CURRENT.layers(["water", "winter"]), REMOTE)
    stand_in.exchanges.clear()

    found = preview.retired(pictures, lambda layers: look(layers, REMOTE, no_cookies).items())

    assert ([], []) == (found, stand_in.requests)


def test_no_heat_is_kept(look: Look) -> None:
    """A tile without heat is an empty picture, which is kept like others."""
    assert dict.fromkeys(WITHOUT_HEAT, b"") == look(WITHOUT_HEAT, REMOTE)
    assert dict.fromkeys(WITHOUT_HEAT, b"") == look(WITHOUT_HEAT, REMOTE, no_cookies)


@pytest.mark.parametrize("age", [24 * 60 * 60 + 1, -60])
def test_tiles_are_kept_privately_for_a_day(
    look: Look, stand_in: StandIn, tmp_path: Path, age: int
) -> None:
    """No one else sees where the user looks. Tiles of another day or of the future are removed."""
    look(WITHOUT_HEAT, REMOTE)
    look()
    paths = list((tmp_path / "tiles").iterdir())
    assert {0o600} == {path.stat().st_mode & 0o777 for path in paths}
    assert 0o700 == (tmp_path / "tiles").stat().st_mode & 0o777
    for path in paths:
        os.utime(path, (time.time() - age,) * 2)
    stand_in.exchanges.clear()
    look()

    assert len(LAYERS) == len(stand_in.exchanges) == len(list((tmp_path / "tiles").iterdir()))


@pytest.mark.parametrize("content", [b"<html>", b"\x89PN", b"", PNG + b"cut short"])
def test_damaged_tile_is_fetched_again(look: Look, tmp_path: Path, content: bytes) -> None:
    """A file that is not a picture counts as missing."""
    first = look()
    for path in (tmp_path / "tiles").iterdir():
        path.write_bytes(content)

    assert first == look()


def test_only_tiles_are_removed(look: Look, tmp_path: Path) -> None:
    """Old files that are not our tiles stay; so does what cannot be removed."""
    directory = tmp_path / "tiles"
    folder = directory / "strava-heatmap-folder.png"
    folder.mkdir(parents=True)
    photo, old = directory / "photo.png", directory / "strava-heatmap-old.png"
    for path in (photo, old, folder):
        path.touch()
        os.utime(path, (1, 1))
    look()

    assert (True, True, False) == (photo.exists(), folder.exists(), old.exists())


@pytest.mark.parametrize("obstacle", ["file in the way", "out of reach"])
def test_tiles_that_cannot_be_kept(
    look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, obstacle: str
) -> None:
    """Without a folder to keep tiles in, they are shown all the same."""

    def refuse(path: Path, _: str) -> Iterator[Path]:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    if obstacle == "out of reach":
        monkeypatch.setattr(Path, "glob", refuse)
    else:
        (tmp_path / "tiles").write_text("in the way")

    assert set(LAYERS) == set(look())


def test_tiles_before_a_failure_are_kept(
    look: Look, strava: Strava, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure ends the preview; the tiles that came before it are not fetched again."""
    real = strava.answer

    def fail(request: Request) -> Response:
        if "/ride/blue/" in request.path:
            time.sleep(0.3)  # until the others have come
            return Response(410)
        return real(request)

    monkeypatch.setattr(strava, "answer", fail)
    with pytest.raises(StravaError, match="/ride/blue/13/4270/2944"):
        look()

    assert set(LAYERS[:3]) == set(look(LAYERS[:3], cookies=no_cookies))


def test_refused_tile_is_not_kept(look: Look, strava: Strava, tmp_path: Path) -> None:
    """Of tiles that Strava refuses to open, nothing is kept."""
    strava.signer = Signer()
    with pytest.raises(StravaError, match=r"these cookies \(403\)"):
        look()

    assert [] == list((tmp_path / "tiles").iterdir())


def test_cookies_are_asked_for_first(tmp_path: Path) -> None:
    """A person who must log in is asked before any progress is shown."""

    def ask() -> HeatmapCookies:
        raise NotLoggedInError("ask")

    with pytest.raises(NotLoggedInError):
        preview.pictures(LAYERS, TURIN, tmp_path, ask)
