"""Activities, colours, layers and tiles."""

import pytest

from stravacookies import heatmap
from stravacookies.heatmap import CLASSIC, CURRENT, DEFAULT_SHOW, Layer, Tile, TileHost


def keys(layers: tuple[Layer, ...]) -> list[str]:
    """Return how users name layers."""
    return [layer.key for layer in layers]


def test_local_host() -> None:
    """The server on this computer has the layers of the current host, at its own port."""
    layer, local = CURRENT.layer("ride:blue"), heatmap.local_host(8766).layer("ride:blue")

    assert (layer.id, layer.name) == (local.id, local.name)
    assert "http://127.0.0.1:8766/ride/blue/15/7/9.png" == local.tile_url(15, 7, 9)
    assert [
        ("stravacookies serve", "stravacookies josm-prefs --local"),
        ("stravacookies serve --port 1", "stravacookies josm-prefs --local 1"),
    ] == [(heatmap.serve_command(port), heatmap.local_command(port)) for port in (8765, 1)]


def test_every_activity_in_every_colour() -> None:
    """The current host has 47 activities in 7 colours; the classic one, 5 groups in 5 colours."""
    layers = CURRENT.layers()
    groups, colors = ("all", "ride", "run", "water", "winter"), ("hot", "blue", "purple", "gray")

    assert (47, 7, 329) == (len(CURRENT.activities), len(CURRENT.colors), len(layers))
    assert 329 == len({layer.id for layer in layers}) == len({layer.name for layer in layers})
    assert groups == tuple(activity.key for activity in CLASSIC.activities)
    assert (*colors, "bluered") == tuple(color.key for color in CLASSIC.colors)
    assert "virtual" not in str(layers).lower()  # mappers may not trace what happened on a screen


def test_layers_can_be_narrowed() -> None:
    """Keys narrow the layers, which keep their own order."""
    layers = CURRENT.layers(["sport_Hike", "ride"], ["blue", "hot"])

    assert ["ride:hot", "ride:blue", "sport_Hike:hot", "sport_Hike:blue"] == keys(layers)


@pytest.mark.parametrize(("activity", "color"), [("sport_Hike", "hot"), ("all", "orange")])
def test_unknown_layer_is_an_error(activity: str, color: str) -> None:
    """A host does not have the layers of another one."""
    with pytest.raises(ValueError, match=f"the classic host does not have {activity}:{color}"):
        CLASSIC.layer(f"{activity}:{color}")
    with pytest.raises(ValueError, match="the classic host does not have"):
        CLASSIC.layers([activity], [color])


@pytest.mark.parametrize(("host", "key"), [(CURRENT, "current"), (CLASSIC, "classic")])
def test_layer_by_key(host: TileHost, key: str) -> None:
    """A key finds its layer; the id is the same for both hosts; `repr` is one short line."""
    layer = host.layer("ride:hot")

    assert (host, "ride", "hot") == (layer.host, layer.activity.key, layer.color.key)
    assert ("ride:hot", "strava-heatmap-ride-hot") == (layer.key, layer.id)
    assert f"<Layer ride:hot of the {key} host>" == repr(layer)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("sport_Hike:blue", "Hike, blue – Strava Heatmap (hiking)"),
        ("ride:bluered", "All rides, blue-red – Strava Heatmap (bicycle, cycling)"),
        ("all:mobileblue", "All, light blue – Strava Heatmap"),
    ],
)
def test_names(key: str, name: str) -> None:
    """A name begins with its title and ends with other words that mappers search for."""
    layer = CURRENT.layer(key)

    assert (name, name.partition(" –")[0]) == (layer.name, layer.title)


def test_groups_sort_before_sports() -> None:
    """Sorted by name and without case, as JOSM sorts them, the groups come first."""
    names = sorted((layer.name for layer in CURRENT.layers(colors=["hot"])), key=str.lower)

    assert ["All on foot", "All rides", "All water sports", "All winter sports", "All"] == [
        name.partition(",")[0] for name in names[:5]
    ]


def test_tile_url() -> None:
    """The URL names host, layer and tile. Without a tile, it is the pattern of all."""
    url, pattern = CURRENT.layer("all:hot").tile_url(8, 198, 114), CLASSIC.layer("all:hot").tile_url

    assert "https://content-a.strava.com/identified/globalheat/all/hot/8/198/114.png?v=19" == url
    path = ".strava.com/tiles-auth/all/hot/{z}/{x}/{y}.png"
    assert f"https://heatmap-external-a{path}" == pattern()
    assert f"https://heatmap-external-b{path}" == pattern(server="b")


@pytest.mark.parametrize(
    ("latitude", "longitude", "tile"),
    [
        (19.0, 98.5, Tile(198, 114, 8)),
        (45.075, 7.65, Tile(4270, 2944, 13)),
        (0.0, 0.0, Tile(4, 4, 3)),
        (-33.86, 151.21, Tile(3768, 2457, 12)),
        (85.05, -180.0, Tile(0, 0, 3)),
        (-85.05, 179.999, Tile(7, 7, 3)),
        (-85.05, 180.0, Tile(0, 7, 3)),  # the same meridian as -180
        (85.05, 0.0, Tile(16384, 1, 15)),
        (-85.05, 0.0, Tile(16384, 32766, 15)),
    ],
)
def test_tile_at_a_place(latitude: float, longitude: float, tile: Tile) -> None:
    """Each place on the map is on one tile of each zoom level, from 3 to 15."""
    assert heatmap.is_on_map(latitude, longitude)
    assert tile == Tile.at(latitude, longitude, tile.z)
    assert (3, 15) == (heatmap.MIN_ZOOM, heatmap.MAX_ZOOM)


def test_place_off_the_map() -> None:
    """The poles, and degrees that do not exist, have no tiles."""
    places = [(85.06, 0), (-85.06, 0), (0, 180.1), (0, -180.1)]

    assert [] == [place for place in places if heatmap.is_on_map(*place)]


@pytest.mark.parametrize(
    ("layers", "shown"),
    [
        (CURRENT.layers(), list(DEFAULT_SHOW)),
        (CLASSIC.layers(), ["all:hot", "ride:purple", "run:hot", "water:blue", "winter:gray"]),
        (CURRENT.layers(["ride", "all"], ["orange"]), ["all:orange", "ride:orange"]),
        (CURRENT.layers(["sport_Walk", "sport_Hike"]), ["sport_Walk:hot", "sport_Hike:hot"]),
        (CURRENT.layers(["ride", "sport_Hike"]), ["ride:purple"]),
        ((), []),
    ],
)
def test_default_show(layers: tuple[Layer, ...], shown: list[str]) -> None:
    """The menu gets the usual five layers, or the nearest ones of a narrower choice."""
    assert shown == keys(heatmap.default_show(layers))
