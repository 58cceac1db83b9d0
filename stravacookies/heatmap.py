"""The layers of Strava's heatmap, the URLs of their tiles, and the hosts that serve them."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from stravacookies.catalog import CLASSIC_COLORS, GROUPS, NEWER_COLORS, SPORTS, Activity, Color
from stravacookies.installation import command

MIN_ZOOM = 3
"""The lowest zoom level that Strava serves."""

MAX_ZOOM = 15
"""The highest zoom level that Strava serves. Beyond it the answer is 404."""

ID_PREFIX = "strava-heatmap-"
"""The beginning of every layer's id."""

ATTRIBUTION = "© Strava"
ATTRIBUTION_URL = "https://www.strava.com/maps"

PERMISSION_URL = "https://wiki.openstreetmap.org/wiki/Permissions/Strava"
"""Where OpenStreetMap records that mappers may trace the heatmap."""

MAX_LATITUDE = 85.05
"""How far north and south tiles reach, in degrees."""

KEY_PAIR_ID = "CloudFront-Key-Pair-Id"
POLICY = "CloudFront-Policy"
SIGNATURE = "CloudFront-Signature"
IDENTITY = "_strava_idcf"


class Tile(NamedTuple):
    """A square of the map, the same for all layers.

    Attributes:
        x: Column, counted from the west.
        y: Row, counted from the north.
        z: Zoom level, from `MIN_ZOOM` to `MAX_ZOOM`.
    """

    x: int
    y: int
    z: int

    @classmethod
    def at(cls, latitude: float, longitude: float, zoom: int) -> "Tile":
        """Return the tile that covers a place.

        Source: https://wiki.openstreetmap.org/wiki/Slippy_map_tilenames

        Args:
            latitude: Degrees north, up to `MAX_LATITUDE` either way.
            longitude: Degrees east.
            zoom: Zoom level.
        """
        columns = 1 << zoom
        x = math.floor((longitude / 360 + 0.5) * columns)
        mercator = math.asinh(math.tan(math.radians(latitude)))
        y = math.floor((0.5 - mercator / math.tau) * columns)
        return cls(x % columns, y, zoom)


def is_on_map(latitude: float, longitude: float) -> bool:
    """Return whether a place, in degrees north and east, has tiles."""
    return abs(latitude) <= MAX_LATITUDE and abs(longitude) <= 180


class TileHost(NamedTuple):
    """A service of Strava that serves the heatmap's tiles.

    Attributes:
        key: Its name: `current`, `classic` or `local`.
        pattern: The URL of its tiles, as a format string.
        servers: The letters of its servers, for `{server}` in the pattern.
        cookies: The names of the cookies that it needs.
        in_query: Whether it takes them in the query string of a tile's URL, not in a header.
        method: The HTTP method that gets these cookies.
        cookies_url: The URL that gets these cookies.
        activities: The activities that it serves.
        colors: The colours that it serves.
    """

    key: str
    pattern: str
    servers: tuple[str, ...]
    cookies: tuple[str, ...]
    in_query: bool
    method: str
    cookies_url: str
    activities: tuple[Activity, ...]
    colors: tuple[Color, ...]

    def __repr__(self) -> str:
        return f"<TileHost {self.key}>"

    def layers(
        self, activities: Iterable[str] = (), colors: Iterable[str] = ()
    ) -> tuple["Layer", ...]:
        """Return its layers, activity by activity.

        Args:
            activities: Keys of the activities wanted; all if empty.
            colors: Keys of the colours wanted; all if empty.

        Raises:
            ValueError: The host does not have one of the keys.
        """
        wanted_activities, wanted_colors = set(activities), set(colors)
        unknown = wanted_activities - {activity.key for activity in self.activities}
        unknown |= wanted_colors - {color.key for color in self.colors}
        if unknown:
            raise ValueError(f"the {self.key} host does not have {', '.join(sorted(unknown))}")
        return tuple(
            Layer(self, activity, color)
            for activity in self.activities
            if not wanted_activities or activity.key in wanted_activities
            for color in self.colors
            if not wanted_colors or color.key in wanted_colors
        )

    def layer(self, key: str) -> "Layer":
        """Return one layer by its key, such as `all:hot`.

        Raises:
            ValueError: The host does not have this layer.
        """
        for activity in self.activities:
            for color in self.colors:
                if key == f"{activity.key}:{color.key}":
                    return Layer(self, activity, color)
        raise ValueError(f"the {self.key} host does not have {key}")


class Layer(NamedTuple):
    """One activity in one colour, as one host serves it."""

    host: TileHost
    activity: Activity
    color: Color

    def __repr__(self) -> str:
        return f"<Layer {self.key} of the {self.host.key} host>"

    @property
    def key(self) -> str:
        """How users name it: `ACTIVITY:COLOR`, such as `all:hot`."""
        return f"{self.activity.key}:{self.color.key}"

    @property
    def id(self) -> str:
        """Its identifier: the same in every run, and for both hosts."""
        return f"{ID_PREFIX}{self.activity.key}-{self.color.key}"

    @property
    def title(self) -> str:
        """Its short display name, such as `Hike, blue`."""
        return f"{self.activity.name}, {self.color.name}"

    @property
    def name(self) -> str:
        """Its name in lists of imagery, such as `Hike, blue – Strava Heatmap (hiking)`.

        It begins with what tells layers apart, since JOSM's list shows about eleven characters. It
        ends with the synonyms, since JOSM's search reads names and URLs only:
        https://josm.openstreetmap.de/browser/josm/trunk/src/org/openstreetmap/josm/data/sources/SourceInfo.java
        """
        synonyms = ", ".join(self.activity.synonyms)
        return f"{self.title} – Strava Heatmap{f' ({synonyms})' if synonyms else ''}"

    @property
    def description(self) -> str:
        """A text that says what it shows."""
        return f"Where people went, as recorded with Strava: {self.activity.name}"

    def tile_url(
        self,
        z: int | str = "{z}",
        x: int | str = "{x}",
        y: int | str = "{y}",
        server: str | None = None,
    ) -> str:
        """Return the URL of a tile, without credentials; by default, the pattern for all tiles.

        The arguments are in the order of the URL.

        Args:
            z: Zoom level, from `MIN_ZOOM` to `MAX_ZOOM`.
            x: Column of the tile, counted from the west.
            y: Row of the tile, counted from the north.
            server: One of the host's `servers`; by default the first.
        """
        return self.host.pattern.format(
            server=server or self.host.servers[0],
            activity=self.activity.key,
            color=self.color.key,
            z=z,
            x=x,
            y=y,
        )


CURRENT = TileHost(
    key="current",
    pattern="https://content-{server}.strava.com/identified/globalheat/{activity}/{color}/{z}/{x}/{y}.png?v=19",
    servers=("a",),
    cookies=(KEY_PAIR_ID, POLICY, SIGNATURE, IDENTITY),
    in_query=False,
    method="HEAD",
    cookies_url="https://www.strava.com/maps",
    activities=GROUPS + SPORTS,
    colors=CLASSIC_COLORS + NEWER_COLORS,
)
"""The host of Strava's own map page. It takes its four cookies in a header.

Read off public clients such as https://github.com/julcnx/strava-heatmap-extension. Virtual rides,
rows and runs, which it serves too, are left out: mappers may not trace those.
"""

CLASSIC = TileHost(
    key="classic",
    pattern="https://heatmap-external-{server}.strava.com/tiles-auth/{activity}/{color}/{z}/{x}/{y}.png",
    servers=("a", "b", "c"),
    cookies=(KEY_PAIR_ID, POLICY, SIGNATURE),
    in_query=True,
    method="GET",
    cookies_url="https://heatmap-external-a.strava.com/auth",
    activities=GROUPS,
    colors=CLASSIC_COLORS,
)
"""The older host. It takes three of the cookies in the query string of a tile's URL.

Read off https://github.com/solitone/stravaheatmap.
"""

LOCAL = "local"
"""The key of the host that `stravacookies serve` is."""

DEFAULT_PORT = 8765
"""The port of this computer on which `stravacookies serve` listens."""


def local_host(port: int) -> TileHost:
    """Return the host that `stravacookies serve` is, on a port of this computer.

    It serves the layers of the current host, and needs no cookies.
    """
    return CURRENT._replace(
        key=LOCAL,
        pattern="http://127.0.0.1:{server}/{activity}/{color}/{z}/{x}/{y}.png",
        servers=(str(port),),
        cookies=(),
    )


def serve_command(port: int) -> str:
    """Return the command that starts the local host on a port."""
    return command("serve", *([] if port == DEFAULT_PORT else ["--port", str(port)]))


def local_command(port: int) -> str:
    """Return the command that gives JOSM the layers of the local host on a port."""
    return command("josm-prefs", "--local", *([] if port == DEFAULT_PORT else [str(port)]))


DEFAULT_SHOW = ("all:hot", "ride:purple", "run:orange", "water:blue", "winter:gray")
"""The keys of the layers that a mapper most likely wants in JOSM's menu."""


def default_show(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """Return the layers to show in a menu if the user has not chosen any: at most five.

    These are the layers of `DEFAULT_SHOW`. If such a layer is missing, its activity is shown in the
    first colour available. If all five activities are missing, the first five others are shown.
    """
    by_activity: dict[str, dict[str, Layer]] = {}
    for layer in layers:
        by_activity.setdefault(layer.activity.key, {})[layer.key] = layer
    usual = [
        colors.get(key) or next(iter(colors.values()))
        for key in DEFAULT_SHOW
        if (colors := by_activity.get(key.partition(":")[0]))
    ]
    others = [next(iter(colors.values())) for colors in by_activity.values()]
    return tuple(usual or others[: len(DEFAULT_SHOW)])
