"""Heatmap tiles, fetched from Strava a few at a time."""

import threading
from collections.abc import Iterator, Sequence
from queue import Empty, SimpleQueue

from stravacookies.catalog import Color
from stravacookies.deadline import Deadline
from stravacookies.errors import StravaError
from stravacookies.heatmap import CURRENT, Layer, Tile, TileHost
from stravacookies.installation import command
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.http import PATIENCE, Answer, HttpClient, unexpected

PNG = b"\x89PNG\r\n\x1a\n"
"""The first bytes of a PNG: https://www.w3.org/TR/png-3/#3PNGsignature."""

PNG_END = b"IEND\xaeB`\x82"
"""The last bytes of a PNG: https://www.w3.org/TR/png-3/#11IEND."""

HOT = "hot"
"""The key of the colour in which Strava, without saying so, draws tiles in a retired colour.

Source: https://github.com/zimmertr/Kubernetes-Manifests/issues/757
"""

LARGEST_THUMBNAIL = 2**18 + 2**14
"""The most bytes of a tile of 256 pixels: 4 for each pixel, and 16 kB for everything else.

A PNG needs no more, even if nothing in it can be compressed: https://www.w3.org/TR/png-3/#10Compression
"""

REFUSED = (401, 403)
"""The statuses of tiles that cookies do not open: without `_strava_idcf`, and without the others.

Source: https://github.com/sergeycw/nakarte
"""

IN_FLIGHT = 6
"""The number of tiles to request at a time: as many as a browser requests from one host."""

# Source: https://github.com/julcnx/strava-heatmap-extension
_TEST_TILE = Tile(x=198, y=114, z=8)


def is_png(content: bytes) -> bool:
    """Return whether this is a whole PNG, as far as its two ends tell.

    HTTP does not notice each picture that was cut short on the way.
    """
    return content.startswith(PNG) and content.endswith(PNG_END)


class TileFetcher:
    """Fetches tiles with cookies, all over one connection if it can."""

    def __init__(self, cookies: HeatmapCookies, host: TileHost = CURRENT) -> None:
        self._host = host
        self._query = cookies.query() if host.in_query else ""
        self._http = HttpClient()
        if not host.in_query:
            self._http.set_cookies(cookies.values())

    def test_tile(self, color: str = HOT, deadline: Deadline | None = None) -> Answer:
        """Request one tile, at a place with heat of all activities.

        Status 200, and 404 for a tile without heat, mean that the cookies open tiles; `REFUSED`
        that they do not.

        Raises:
            StravaError: Strava failed, or sent something that is not a whole picture.
        """
        x, y, z = _TEST_TILE
        return self._request(self._host.layer(f"all:{color}").tile_url(z, x, y), deadline)

    def drawn_as_hot(self, hot: Answer, deadline: Deadline | None = None) -> list[Color]:
        """Return the colours that Strava has retired; request the test tile in each one but hot.

        Args:
            hot: Strava's answer for the test tile in hot; it has heat.
            deadline: When to give up; by default 45 seconds for each tile.

        Raises:
            StravaError: Strava failed, or refused a tile.
        """
        retired = []
        for color in self._host.colors:
            if color.key != HOT:
                answer = self.test_tile(color.key, deadline)
                answer.expect_ok()
                if answer.body == hot.body:
                    retired.append(color)
        return retired

    def thumbnail(self, layer: Layer, tile: Tile, deadline: Deadline | None = None) -> bytes:
        """Return a tile of the current host as a PNG of 256 pixels; empty where there is no heat.

        Raises:
            StravaError: Strava failed, or it refused the tile with these cookies.
        """
        answer = self._request(f"{layer.tile_url(tile.z, tile.x, tile.y)}&px=256", deadline)
        if answer.status == 404:
            return b""
        if answer.status in REFUSED:
            raise StravaError(
                f"Strava does not open heatmap tiles with these cookies ({answer.status}): run"
                f" '{command('preview', '--refresh')}', which gets new ones."
            )
        if answer.status == 400:
            raise StravaError(f"Strava does not know the activity {layer.activity.key} (400).")
        answer.expect_ok()
        if len(answer.body) > LARGEST_THUMBNAIL:
            raise unexpected(answer.url, "more than a picture of 256 pixels can have")
        return answer.body

    def _request(self, url: str, deadline: Deadline | None) -> Answer:
        deadline = deadline or Deadline(PATIENCE)
        answer = self._http.request_with_retries("GET", url, deadline, self._query)
        if answer.status == 200 and not is_png(answer.body):
            raise unexpected(answer.url, "something that is not a whole picture")
        return answer


def thumbnails(
    layers: Sequence[Layer], tile: Tile, cookies: HeatmapCookies
) -> Iterator[tuple[Layer, bytes]]:
    """Fetch one tile of each layer of the current host, and yield each as it arrives.

    Raises:
        StravaError: Strava or the network failed; no more tiles are fetched then.
    """
    wanted: SimpleQueue[Layer] = SimpleQueue()
    for layer in layers:
        wanted.put(layer)
    found: SimpleQueue[tuple[Layer, bytes] | Exception] = SimpleQueue()
    stop = threading.Event()

    def work() -> None:
        try:
            fetcher = TileFetcher(cookies)
            while not stop.is_set():
                layer = wanted.get_nowait()
                found.put((layer, fetcher.thumbnail(layer, tile)))
        except Empty:
            pass  # other threads fetch the last ones
        except Exception as error:  # noqa: BLE001 - raised again below
            found.put(error)

    try:
        for _ in range(min(IN_FLIGHT, len(layers))):
            # Not in a pool, whose threads Python waits for when the user interrupts it.
            threading.Thread(target=work, daemon=True).start()
        for _ in layers:
            outcome = found.get()
            if isinstance(outcome, Exception):
                raise outcome
            yield outcome
    finally:
        stop.set()
