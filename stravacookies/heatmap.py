"""What Strava's heatmap can show: activities, colours, and layers with the URLs of their tiles."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from stravacookies.cookies import CLASSIC_COOKIES, TODAY_COOKIES

MIN_ZOOM = 3
"""The lowest zoom level that Strava serves."""

MAX_ZOOM = 15
"""The highest zoom level that Strava serves; beyond it the answer is 404."""

ID_PREFIX = "strava-heatmap-"
"""What the ids of all layers begin with."""

ATTRIBUTION = "© Strava"
ATTRIBUTION_URL = "https://www.strava.com/maps"

PERMISSION_URL = "https://wiki.openstreetmap.org/wiki/Permissions/Strava"
"""Where OpenStreetMap keeps Strava's word that mappers may trace the heatmap."""


MAX_LATITUDE = 85.05
"""How far north and south tiles go, in degrees."""


class Tile(NamedTuple):
    """A square of the map, the same for all layers.

    Attributes:
        z: Zoom level, from `MIN_ZOOM` to `MAX_ZOOM`.
        x: Column, counted from the west.
        y: Row, counted from the north.
    """

    z: int
    x: int
    y: int

    @classmethod
    def at(cls, latitude: float, longitude: float, zoom: int) -> "Tile":
        """Return the tile that a place is on.

        Source: https://wiki.openstreetmap.org/wiki/Slippy_map_tilenames

        Args:
            latitude: In degrees north, as far as `MAX_LATITUDE` either way.
            longitude: In degrees east.
            zoom: Zoom level.
        """
        across = 1 << zoom
        x = math.floor((longitude / 360 + 0.5) * across)
        bent = math.asinh(math.tan(math.radians(latitude)))
        y = math.floor((0.5 - bent / math.tau) * across)
        return cls(zoom, x % across, y)


def is_on_map(latitude: float, longitude: float) -> bool:
    """Tell whether there are tiles of a place, given in degrees north and east."""
    return abs(latitude) <= MAX_LATITUDE and abs(longitude) <= 180


@dataclass(frozen=True, slots=True)
class Activity:
    """What people recorded: one sport, or a group of sports.

    Attributes:
        key: Strava's word for it, as in the URL of a tile.
        name: A mapper's word for it. Groups begin with "All", so that they sort before the sports.
    """

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Color:
    """A ramp that Strava draws heat in.

    Attributes:
        key: Strava's word for it, as in the URL of a tile.
        shades: Three colours of the ramp as `#rrggbb`, from little heat to much.
    """

    key: str
    shades: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class TileHost:
    """A service of Strava that hands out the tiles of the heatmap.

    Attributes:
        key: Its name: `today` or `classic`.
        pattern: The URL of its tiles, as a format string.
        servers: The host names that answer, as they stand in the pattern.
        cookies: The names of the cookies that it asks for.
        in_query: Whether it takes them in the query string of a tile, not in a header.
        method: How Strava is asked for these cookies.
        cookies_url: Where Strava is asked for them.
        activities: What it can show.
        colors: The ramps that it can draw in.
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

    def layers(
        self, activities: Iterable[str] = (), colors: Iterable[str] = ()
    ) -> tuple["Layer", ...]:
        """Return its layers, activity by activity.

        Args:
            activities: Keys of the activities wanted; none means all of them.
            colors: Keys of the colours wanted; none means all of them.

        Raises:
            ValueError: The host does not know one of the keys.
        """
        wanted_activities, wanted_colors = set(activities), set(colors)
        unknown = wanted_activities - {activity.key for activity in self.activities}
        unknown |= wanted_colors - {color.key for color in self.colors}
        if unknown:
            raise ValueError(f"the {self.key} host does not know {', '.join(sorted(unknown))}")
        return tuple(
            Layer(self, activity, color)
            for activity in self.activities
            if not wanted_activities or activity.key in wanted_activities
            for color in self.colors
            if not wanted_colors or color.key in wanted_colors
        )


@dataclass(frozen=True, slots=True)
class Layer:
    """One activity in one colour, as one host serves it."""

    host: TileHost
    activity: Activity
    color: Color

    @property
    def id(self) -> str:
        """Its name for programs: the same in every run, and for both hosts."""
        return f"{ID_PREFIX}{self.activity.key}-{self.color.key}"

    @property
    def name(self) -> str:
        """Its name for people, such as `Strava Heatmap: Trail Run, hot`."""
        return f"Strava Heatmap: {self.activity.name}, {self.color.key}"

    @property
    def description(self) -> str:
        """What it shows, for people."""
        return f"Where people went, as recorded with Strava: {self.activity.name}"

    def tile_url(
        self,
        z: int | str = "{z}",
        x: int | str = "{x}",
        y: int | str = "{y}",
        server: str | None = None,
    ) -> str:
        """Return the URL of a tile, without credentials; left at the defaults, the pattern of all.

        Args:
            z: Zoom level, from `MIN_ZOOM` to `MAX_ZOOM`.
            x: Column of the tile, counted from the west.
            y: Row of the tile, counted from the north.
            server: One of the host's `servers`; the first if left out.
        """
        return self.host.pattern.format(
            server=server or self.host.servers[0],
            activity=self.activity.key,
            color=self.color.key,
            z=z,
            x=x,
            y=y,
        )


GROUPS = (
    Activity("all", "All Activities"),
    Activity("ride", "All Rides"),
    Activity("run", "All on Foot"),  # not only runs, despite its key
    Activity("water", "All Water Sports"),
    Activity("winter", "All Winter Sports"),
)
"""The activities that stand for all sports, or many."""

_SPORTS = (
    Activity("sport_Run", "Run"),
    Activity("sport_TrailRun", "Trail Run"),
    Activity("sport_Walk", "Walk"),
    Activity("sport_Hike", "Hike"),
    Activity("sport_Ride", "Ride"),
    Activity("sport_MountainBikeRide", "Mountain Bike Ride"),
    Activity("sport_GravelRide", "Gravel Ride"),
    Activity("sport_EBikeRide", "E-Bike Ride"),
    Activity("sport_EMountainBikeRide", "E-Mountain Bike Ride"),
    Activity("sport_Velomobile", "Velomobile"),
    Activity("sport_Canoeing", "Canoeing"),
    Activity("sport_Kayaking", "Kayaking"),
    Activity("sport_Kitesurf", "Kitesurf"),
    Activity("sport_Rowing", "Rowing"),
    Activity("sport_Sail", "Sail"),
    Activity("sport_StandUpPaddling", "Stand-Up Paddling"),
    Activity("sport_Surfing", "Surfing"),
    Activity("sport_Swim", "Swim"),
    Activity("sport_Windsurf", "Windsurf"),
    Activity("sport_AlpineSki", "Alpine Ski"),
    Activity("sport_BackcountrySki", "Backcountry Ski"),
    Activity("sport_IceSkate", "Ice Skate"),
    Activity("sport_NordicSki", "Nordic Ski"),
    Activity("sport_Snowboard", "Snowboard"),
    Activity("sport_Snowshoe", "Snowshoe"),
    Activity("sport_Badminton", "Badminton"),
    Activity("sport_Golf", "Golf"),
    Activity("sport_Handcycle", "Handcycle"),
    Activity("sport_InlineSkate", "Inline Skate"),
    Activity("sport_Pickleball", "Pickleball"),
    Activity("sport_RockClimbing", "Rock Climbing"),
    Activity("sport_RollerSki", "Roller Ski"),
    Activity("sport_Skateboard", "Skateboard"),
    Activity("sport_Soccer", "Soccer"),
    Activity("sport_Tennis", "Tennis"),
    Activity("sport_Wheelchair", "Wheelchair"),
)

_CLASSIC_COLORS = (
    Color("hot", ("#8b0000", "#ff3b00", "#ffee66")),
    Color("blue", ("#0a2a7f", "#1f7bff", "#d6f0ff")),
    Color("purple", ("#4a0a7f", "#b13cff", "#ffe0ff")),
    Color("gray", ("#4d4d4d", "#a6a6a6", "#ffffff")),
    Color("bluered", ("#1f4bff", "#9b3fa8", "#ff2a1f")),
)

_NEWER_COLORS = (
    Color("mobileblue", ("#00207f", "#0060ff", "#8fd0ff")),
    Color("orange", ("#a04a00", "#fc7a1e", "#ffe9d2")),
)

TODAY = TileHost(
    key="today",
    pattern="https://{server}.strava.com/identified/globalheat/{activity}/{color}/{z}/{x}/{y}.png?v=19",
    servers=("content-a",),
    cookies=TODAY_COOKIES,
    in_query=False,
    method="HEAD",
    cookies_url="https://www.strava.com/maps",
    activities=GROUPS + _SPORTS,
    colors=_CLASSIC_COLORS + _NEWER_COLORS,
)
"""The host of Strava's own maps page; it wants its four cookies in a header.

Read off public clients, such as https://github.com/julcnx/strava-heatmap-extension. Virtual rides,
rows and runs, which it serves too, are left out: nobody may trace those.
"""

CLASSIC = TileHost(
    key="classic",
    pattern="https://{server}.strava.com/tiles-auth/{activity}/{color}/{z}/{x}/{y}.png",
    servers=("heatmap-external-a", "heatmap-external-b", "heatmap-external-c"),
    cookies=CLASSIC_COOKIES,
    in_query=True,
    method="GET",
    cookies_url="https://heatmap-external-a.strava.com/auth",
    activities=GROUPS,
    colors=_CLASSIC_COLORS,
)
"""The older host, which takes three of the cookies in the query string of a tile's URL.

Read off https://github.com/solitone/stravaheatmap.
"""

DEFAULT_SHOW = (
    ("all", "hot"),
    ("ride", "purple"),
    ("run", "orange"),
    ("water", "blue"),
    ("winter", "gray"),
)
"""The layers, as keys of activity and colour, that a mapper most likely wants in the menu."""


def default_show(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """Return those of the layers that belong in a menu when nobody chose: five at the most.

    They are the layers of `DEFAULT_SHOW`. Where a narrower choice or the classic host leaves such
    a layer out, its activity is shown in the first colour there is; where all five activities are
    left out, the first five others are shown.
    """
    by_activity: dict[str, dict[str, Layer]] = {}
    for layer in layers:
        by_activity.setdefault(layer.activity.key, {})[layer.color.key] = layer
    usual = [
        colors.get(color) or next(iter(colors.values()))
        for activity, color in DEFAULT_SHOW
        if (colors := by_activity.get(activity))
    ]
    others = [next(iter(colors.values())) for colors in by_activity.values()]
    return tuple(usual or others[: len(DEFAULT_SHOW)])
