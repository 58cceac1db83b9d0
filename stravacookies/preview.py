"""A page that shows each layer at the same place, and its tiles, which are kept for a day."""

import time
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from stravacookies import templating
from stravacookies.catalog import Color
from stravacookies.files import make_private_directory, replace_all
from stravacookies.heatmap import CURRENT, ID_PREFIX, Layer, Tile
from stravacookies.installation import command
from stravacookies.locks import locked
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.tiles import HOT, is_png, thumbnails

_NO_HEAT = b"no heat"
"""The content of a kept tile without heat; an empty file may be left over from a crash."""

_DAY = 24 * 60 * 60
"""Seconds for which a tile is kept; Strava makes new ones less often."""


class View(NamedTuple):
    """What a page shows.

    Attributes:
        pictures: A PNG of each layer; empty where there is no heat.
        latitude: Degrees north.
        longitude: Degrees east.
        zoom: Zoom level.
        retired: The colours that Strava now draws as hot.
    """

    pictures: Mapping[Layer, bytes]
    latitude: float
    longitude: float
    zoom: int
    retired: Collection[Color] = ()


def render(view: View, port: int) -> str:
    """Return a page of HTML that shows layers at a place, and that loads nothing else.

    Args:
        view: What it shows.
        port: The port of JOSM's remote control on the reader's computer.
    """
    return templating.render(
        "preview.html.j2",
        layers=list(view.pictures),
        base64=lambda layer: b64encode(view.pictures[layer]).decode(),
        port=port,
        josm_prefs=command("josm-prefs"),
        choosing=command("josm-prefs", "OPTIONS"),
        **view._asdict(),
    )


def retired(
    pictures: Mapping[Layer, bytes],
    fetch: Callable[[Sequence[Layer]], Iterable[tuple[Layer, bytes]]],
) -> list[Color]:
    """Return the colours that Strava has retired: it draws them as hot, and does not say so.

    It does so for all activities, so one of them with heat at the place is enough to tell.

    Args:
        pictures: A PNG of each layer of the current host; empty where there is no heat.
        fetch: Returns the pictures of further layers. It is called at most once, for one layer in
            hot, if the pictures contain none to compare with.

    Raises:
        StravaError: That layer could not be fetched.
    """
    colored = {each: png for each, png in pictures.items() if png and each.color.key != HOT}
    in_hot = {layer: CURRENT.layer(f"{layer.activity.key}:{HOT}") for layer in colored}
    known = dict(pictures)
    if not known.keys() & set(in_hot.values()):
        known |= fetch(list(in_hot.values())[:1])
    found = {layer.color for layer, png in colored.items() if png == known.get(in_hot[layer])}
    return [color for color in CURRENT.colors if color in found]


def pictures(
    layers: Sequence[Layer], tile: Tile, directory: Path, cookies: Callable[[], HeatmapCookies]
) -> Iterator[tuple[Layer, bytes]]:
    """Return an iterator over a small PNG for each layer as it arrives; empty without heat.

    Args:
        layers: Layers of the current host.
        tile: The tile to fetch of each layer.
        directory: Where tiles are kept; created if needed, and not used if that fails.
        cookies: Returns the cookies for the tiles; called at once, and only if a tile is not kept.

    Raises:
        StravaError: Strava or the network failed; tiles fetched before that are kept.
    """
    cache = _TileCache(directory)
    loaded = [(layer, cache.load(layer, tile)) for layer in layers]
    kept = [(layer, picture) for layer, picture in loaded if picture is not None]
    missing = [layer for layer, picture in loaded if picture is None]
    if not missing:
        return iter(kept)
    opening = cookies()

    def fetched() -> Iterator[tuple[Layer, bytes]]:
        for layer, picture in thumbnails(missing, tile, opening):
            cache.store(layer, tile, picture)
            yield layer, picture

    return chain(kept, fetched())


class _TileCache:
    """A directory of tiles; those that are older than a day are removed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        with suppress(OSError):
            make_private_directory(directory)
            for path in directory.glob(f"{ID_PREFIX}*.png"):
                with suppress(OSError):  # another run may have removed it
                    if not _is_young(path):
                        path.unlink()

    def load(self, layer: Layer, tile: Tile) -> bytes | None:
        """Return a kept tile; None if there is none."""
        path = self._path(layer, tile)
        try:
            content = path.read_bytes() if path.is_file() and _is_young(path) else b""
        except OSError:
            return None
        if content == _NO_HEAT:
            return b""
        return content if is_png(content) else None

    def store(self, layer: Layer, tile: Tile, picture: bytes) -> None:
        """Keep a tile, if that is possible."""
        path = self._path(layer, tile)
        with suppress(OSError), locked([path], patience=0):
            replace_all({path: picture or _NO_HEAT})

    def _path(self, layer: Layer, tile: Tile) -> Path:
        return self._directory / f"{layer.id}-{tile.z}-{tile.x}-{tile.y}.png"


def _is_young(path: Path) -> bool:
    return 0 <= time.time() - path.stat().st_mtime < _DAY
