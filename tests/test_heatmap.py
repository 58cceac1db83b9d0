"""Activities, colours and layers."""

import pytest

from stravacookies.heatmap import (
    CLASSIC,
    DEFAULT_SHOW,
    MAX_ZOOM,
    MIN_ZOOM,
    TODAY,
    Layer,
    Tile,
    default_show,
)


def keys(layers: tuple[Layer, ...]) -> list[str]:
    """Layers as the option `--show` names them."""
    return [f"{layer.activity.key}:{layer.color.key}" for layer in layers]


def test_today_has_every_activity_in_every_colour() -> None:
    """Today's host shows 41 activities in 7 colours; no layer stands there twice."""
    layers = TODAY.layers()

    assert (41, 7, 287) == (len(TODAY.activities), len(TODAY.colors), len(layers))
    assert 287 == len({layer.id for layer in layers}) == len({layer.name for layer in layers})


def test_virtual_activities_are_left_out() -> None:
    """Nobody may trace what was ridden, rowed or run on a screen."""
    assert [] == [activity for activity in TODAY.activities if "virtual" in activity.key.lower()]


def test_classic_has_groups_only() -> None:
    """The classic host knows the five groups, and neither `mobileblue` nor `orange`."""
    layers = CLASSIC.layers()

    assert 25 == len(layers)
    assert {"all", "ride", "run", "water", "winter"} == {layer.activity.key for layer in layers}
    assert {"hot", "blue", "purple", "gray", "bluered"} == {layer.color.key for layer in layers}


def test_layers_can_be_narrowed() -> None:
    """Keys narrow the set, whatever their order; the set keeps its own."""
    layers = TODAY.layers(["sport_Hike", "ride"], ["blue", "hot"])

    assert ["ride:hot", "ride:blue", "sport_Hike:hot", "sport_Hike:blue"] == keys(layers)


def test_ids_are_the_same_for_both_hosts() -> None:
    """An id names activity and colour, so that a layer survives a change of host."""
    assert (
        "strava-heatmap-ride-hot"
        == TODAY.layers(["ride"], ["hot"])[0].id
        == CLASSIC.layers(["ride"], ["hot"])[0].id
    )


def test_groups_sort_before_sports() -> None:
    """Sorted by name whatever the case, as JOSM does it, the five groups come first."""
    names = sorted((layer.name for layer in TODAY.layers(colors=["hot"])), key=str.lower)

    assert [
        "Strava Heatmap: All Activities, hot",
        "Strava Heatmap: All on Foot, hot",
        "Strava Heatmap: All Rides, hot",
        "Strava Heatmap: All Water Sports, hot",
        "Strava Heatmap: All Winter Sports, hot",
    ] == names[:5]


def test_name_is_readable() -> None:
    """A name tells activity and colour in words."""
    assert "Strava Heatmap: Trail Run, hot" == TODAY.layers(["sport_TrailRun"], ["hot"])[0].name


def test_tile_url_of_one_tile() -> None:
    """Zoom, column and row stand in the URL of today's host."""
    url = TODAY.layers(["all"], ["hot"])[0].tile_url(8, 198, 114)

    assert "https://content-a.strava.com/identified/globalheat/all/hot/8/198/114.png?v=19" == url


def test_tile_url_is_a_pattern_by_default() -> None:
    """Without a tile, the URL is the pattern that map programs take."""
    layer = CLASSIC.layers(["winter"], ["gray"])[0]

    assert (
        "https://heatmap-external-a.strava.com/tiles-auth/winter/gray/{z}/{x}/{y}.png"
        == layer.tile_url()
    )
    assert "https://heatmap-external-b.strava.com/" in layer.tile_url(server="heatmap-external-b")


@pytest.mark.parametrize(
    ("latitude", "longitude", "tile"),
    [
        (19.0, 98.5, Tile(8, 198, 114)),
        (45.075, 7.65, Tile(13, 4270, 2944)),
        (0.0, 0.0, Tile(3, 4, 4)),
        (-33.86, 151.21, Tile(12, 3768, 2457)),
        (85.05, -180.0, Tile(3, 0, 0)),
        (-85.05, 179.999, Tile(3, 7, 7)),
        (-85.05, 180.0, Tile(3, 0, 7)),  # the same meridian as -180
        (85.05, 0.0, Tile(15, 16384, 1)),
        (-85.05, 0.0, Tile(15, 16384, 32766)),
    ],
)
def test_tile_of_a_place(latitude: float, longitude: float, tile: Tile) -> None:
    """A place is on one tile of each zoom level, anywhere on the map."""
    assert tile == Tile.at(latitude, longitude, tile.z)


def test_zoom_levels() -> None:
    """Strava serves zoom 3 to 15."""
    assert (3, 15) == (MIN_ZOOM, MAX_ZOOM)


@pytest.mark.parametrize(
    ("layers", "shown"),
    [
        (TODAY.layers(), [":".join(pair) for pair in DEFAULT_SHOW]),
        (CLASSIC.layers(), ["all:hot", "ride:purple", "run:hot", "water:blue", "winter:gray"]),
        (TODAY.layers(colors=["mobileblue"]), [f"{a}:mobileblue" for a, _ in DEFAULT_SHOW]),
        (TODAY.layers(["sport_Walk", "sport_Hike"]), ["sport_Walk:hot", "sport_Hike:hot"]),
        (TODAY.layers(["ride", "sport_Hike"]), ["ride:purple"]),
    ],
)
def test_default_show(layers: tuple[Layer, ...], shown: list[str]) -> None:
    """The menu gets the usual five; of a narrower set what comes nearest, never nothing."""
    assert shown == keys(default_show(layers))
