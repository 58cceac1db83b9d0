"""Tiles of one place, for a look at layers: kept on disk for a day, else fetched from Strava."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from stravacookies.cookies import HeatmapCookies
from stravacookies.files import locked, make_private_directory, replace_all
from stravacookies.heatmap import ID_PREFIX, Layer, Tile
from stravacookies.strava import PNG, TileFetcher

IN_FLIGHT = 6
"""How many tiles Strava is asked for at a time: as many as a browser asks one host for."""

_NO_HEAT = b"no heat"
"""What is kept for a tile that there is not: an empty file may be what a crash has left."""

_PNG_END = b"IEND\xaeB`\x82"
"""What a PNG ends with: https://www.w3.org/TR/png-3/#11IEND."""

_DAY = 24 * 60 * 60
"""Seconds for which a tile is kept; Strava makes new ones less often."""


def thumbnails(
    layers: Sequence[Layer],
    tile: Tile,
    directory: Path,
    cookies: Callable[[], HeatmapCookies],
) -> Iterator[tuple[Layer, bytes]]:
    """Yield, as they come, a small PNG for each layer; an empty one where there is no heat.

    What cannot be fetched ends it; what was fetched before that is kept for the next time.

    Args:
        layers: Layers of today's host.
        tile: Which of their tiles.
        directory: Where tiles are kept; made if it is not there, and done without if it cannot be.
        cookies: What opens the tiles; only called if one of them is not kept.

    Raises:
        StravaError: Strava or the network did not do what they should.
    """
    kept = _Kept(directory)
    missing = []
    for layer in layers:
        picture = kept.load(layer, tile)
        if picture is None:
            missing.append(layer)
        else:
            yield layer, picture
    if missing:
        for layer, picture in _fetched(missing, tile, cookies()):
            kept.store(layer, tile, picture)
            yield layer, picture


def _fetched(
    layers: Sequence[Layer], tile: Tile, cookies: HeatmapCookies
) -> Iterator[tuple[Layer, bytes]]:
    """Fetch tiles from Strava, some at a time, each over one of as many connections."""
    wanted: SimpleQueue[Layer] = SimpleQueue()
    for layer in layers:
        wanted.put(layer)
    found: SimpleQueue[tuple[Layer, bytes] | Exception] = SimpleQueue()
    over = threading.Event()

    def work() -> None:
        try:
            fetcher = TileFetcher(cookies)
            while not over.is_set():
                layer = wanted.get_nowait()
                found.put((layer, fetcher.thumbnail(layer, tile)))
        except Empty:
            pass  # others fetch the last ones
        except Exception as error:  # noqa: BLE001 - it is raised again below
            found.put(error)

    try:
        for _ in range(min(IN_FLIGHT, len(layers))):
            # Not in a pool, for whose threads Python waits when the user interrupts it.
            threading.Thread(target=work, daemon=True).start()
        for _ in layers:
            outcome = found.get()
            if isinstance(outcome, Exception):
                raise outcome
            yield outcome
    finally:
        over.set()


class _Kept:
    """A directory with tiles; those that are older than a day are removed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        with suppress(OSError):
            make_private_directory(directory)
            for path in directory.glob(f"{ID_PREFIX}*.png"):
                with suppress(OSError):  # another run may have removed it
                    if not _is_young(path):
                        path.unlink()

    def load(self, layer: Layer, tile: Tile) -> bytes | None:
        """Return a tile that is kept; None if it is not, or no longer."""
        path = self._path(layer, tile)
        try:
            content = path.read_bytes() if path.is_file() and _is_young(path) else b""
        except OSError:
            return None
        if content == _NO_HEAT:
            return b""
        return content if content.startswith(PNG) and content.endswith(_PNG_END) else None

    def store(self, layer: Layer, tile: Tile, picture: bytes) -> None:
        """Keep a tile, if there is a place for it."""
        with suppress(OSError), locked([self._directory]):
            replace_all({self._path(layer, tile): picture or _NO_HEAT})

    def _path(self, layer: Layer, tile: Tile) -> Path:
        return self._directory / f"{layer.id}-{tile.z}-{tile.x}-{tile.y}.png"


def _is_young(path: Path) -> bool:
    return 0 <= time.time() - path.stat().st_mtime < _DAY
