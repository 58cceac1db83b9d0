"""The map sources of Cartograph Maps: one for each colour, right field by field."""

import json
from typing import Any

import pytest

from stravacookies import cartograph
from stravacookies.heatmap import CLASSIC, CURRENT, TileHost
from stravacookies.strava.cookies import HeatmapCookies
from tests.made_up import values

COOKIES = HeatmapCookies.from_values(values())
HOT_HIKE = CURRENT.layers(["sport_Hike"], ["hot"])

FIELDS_OF_BOTH = {
    "attribution": "© Strava",
    "enable_tile_download": False,
    "defaultLatitude": 46.5,
    "defaultLongitude": 8.0,
    "defaultZoom": 7,
    "minZoom": 3,
    "maxZoom": 15,
    "projection": "EPSG_4326",
    "url": "https://content-a.strava.com/identified/globalheat/sport_Hike/hot/{z}/{x}/{y}.png?v=19",
    "headers": [{"key": "Cookie", "value": COOKIES.header()}],
}
"""The fields of a map that are the same in both versions of the format."""

NAME = "Hike, hot – Strava Heatmap (hiking)"
DESCRIPTION = "Where people went, as recorded with Strava: Hike"


def test_map_source_field_by_field() -> None:
    """A map source has a folder with a map for each layer."""
    source = json.loads(cartograph.render(HOT_HIKE, COOKIES))

    assert {
        "version": 3,
        "folders": [
            {
                "name": {"default": "Strava Heatmap, hot"},
                "description": {"default": "Where people went, as recorded with Strava"},
                "folder_key": "",
                "key": "strava-heatmap-hot",
            }
        ],
        "maps": [
            FIELDS_OF_BOTH
            | {
                "name": {"default": NAME},
                "description": {"default": DESCRIPTION},
                "type": "onlinemap",
                "unique_id": "strava-heatmap-sport_Hike-hot",
                "folder_key": "strava-heatmap-hot",
            }
        ],
    } == source


def test_version_2_field_by_field() -> None:
    """For Cartograph 2, names are plain texts, and there are no folders or ids."""
    source = json.loads(cartograph.render(HOT_HIKE, COOKIES, version=2))

    fields = {"name": NAME, "description": DESCRIPTION, "type": "ONLINE"}
    assert {"version": 2, "maps": [FIELDS_OF_BOTH | fields]} == source


@pytest.mark.parametrize("version", [2, 3])
def test_classic_host_has_the_query_string(version: int) -> None:
    """For the classic host, the cookies are in the URL, and no header is sent."""
    cookies = HeatmapCookies.from_values(values(), CLASSIC.cookies)
    (entry,) = json.loads(
        cartograph.render(CLASSIC.layers(["ride"], ["hot"]), cookies, version=version)
    )["maps"]

    assert (
        f"https://heatmap-external-a.strava.com/tiles-auth/ride/hot/{{z}}/{{x}}/{{y}}.png"
        f"?{cookies.query()}"
    ) == entry["url"]
    assert [] == entry["headers"]


@pytest.mark.parametrize("text", ["a&b", "a'b", "a%b", "a=b|c"])
def test_cookies_are_escaped(text: str) -> None:
    """Each cookie value comes out of the JSON as it went in."""
    cookies = HeatmapCookies.from_values(values() | {"CloudFront-Signature": text})
    source = json.loads(cartograph.render(HOT_HIKE, cookies))

    assert f"CloudFront-Signature={text};" in source["maps"][0]["headers"][0]["value"]


@pytest.mark.parametrize("host", [CURRENT, CLASSIC], ids=lambda host: host.key)
def test_one_file_for_each_colour(host: TileHost) -> None:
    """Each colour has a file with all its layers, in one folder and under ids of their own."""
    cookies = HeatmapCookies.from_values(values(), host.cookies)
    sources: dict[str, Any] = {
        name: json.loads(content)
        for name, content in cartograph.map_sources(host.layers(), cookies).items()
    }

    assert {f"strava-heatmap-{color.key}.onlinemap" for color in host.colors} == set(sources)
    assert set(sources) <= set(cartograph.PATHS)
    for color in host.colors:
        maps = sources[f"strava-heatmap-{color.key}.onlinemap"]["maps"]
        layers = host.layers(colors=[color.key])
        assert [layer.id for layer in layers] == [entry["unique_id"] for entry in maps]
        assert {f"strava-heatmap-{color.key}"} == {entry["folder_key"] for entry in maps}
