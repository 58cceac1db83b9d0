"""The texts of the files: valid for those who read them, and right field by field."""

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from stravacookies.cookies import HeatmapCookies
from stravacookies.heatmap import CLASSIC, TODAY, Layer, TileHost
from stravacookies.render import cartograph_map_source, josm_entry_set
from tests.made_up import values

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "data" / "maps.xsd"))

HOT_HIKE = TODAY.layers(["sport_Hike"], ["hot"])
HOT_RIDE = CLASSIC.layers(["ride"], ["hot"])


def cookies(host: TileHost = TODAY) -> HeatmapCookies:
    """Cookies for a host."""
    return HeatmapCookies.from_values(values(), host.cookies)


def entries(text: str) -> list[dict[str, str]]:
    """The entries of an entry set that JOSM's own schema finds valid, by element."""
    tree = etree.fromstring(text.encode())
    assert SCHEMA.validate(tree), SCHEMA.error_log
    return [{etree.QName(child).localname: child.text or "" for child in entry} for entry in tree]


@pytest.mark.parametrize("host", [TODAY, CLASSIC], ids=["today", "classic"])
def test_entry_set_is_valid(host: TileHost) -> None:
    """JOSM's schema finds each entry valid, and each layer has one, with an id of its own."""
    layers = host.layers()
    found = entries(josm_entry_set(layers, [], cookies(host)))

    assert [layer.id for layer in layers] == [entry["id"] for entry in found]
    assert len(layers) == len({entry["id"] for entry in found})


def test_entry_field_by_field() -> None:
    """An entry says all that JOSM shows of a layer, and how to ask for its tiles."""
    (entry,) = entries(josm_entry_set(HOT_HIKE, HOT_HIKE, cookies()))
    entry.pop("icon")

    assert {
        "name": "Strava Heatmap: Hike, hot",
        "id": "strava-heatmap-sport_Hike-hot",
        "type": "tms",
        "url": f"{{header(Cookie,{cookies().header()})}}https://content-a.strava.com/identified"
        "/globalheat/sport_Hike/hot/{zoom}/{x}/{y}.png?v=19",
        "default": "true",
        "min-zoom": "3",
        "max-zoom": "15",
        "description": "Where people went, as recorded with Strava: Hike",
        "attribution-text": "© Strava",
        "attribution-url": "https://www.strava.com/maps",
        "permission-ref": "https://wiki.openstreetmap.org/wiki/Permissions/Strava",
        "category": "other",
    } == entry


def test_classic_entry_has_the_query_string() -> None:
    """The classic host takes its credentials in the URL, and is asked under three names."""
    (entry,) = entries(josm_entry_set(HOT_RIDE, [], cookies(CLASSIC)))

    assert (
        "https://{switch:heatmap-external-a,heatmap-external-b,heatmap-external-c}.strava.com"
        f"/tiles-auth/ride/hot/{{zoom}}/{{x}}/{{y}}.png?{cookies(CLASSIC).query()}"
    ) == entry["url"]


def test_only_shown_entries_are_defaults() -> None:
    """JOSM puts into its menu what is shown, and nothing else."""
    layers = TODAY.layers()
    found = entries(josm_entry_set(layers, layers[5:7], cookies()))

    assert [layers[5].id, layers[6].id] == [e["id"] for e in found if e.get("default") == "true"]


def test_entries_are_overlays() -> None:
    """JOSM draws the layers over others."""
    tree = etree.fromstring(josm_entry_set(HOT_HIKE, [], cookies()).encode())

    assert ["true"] == tree.xpath("/*/*/@overlay")


@pytest.mark.parametrize("color", TODAY.colors, ids=lambda color: color.key)
def test_icon_has_the_colours_shades(color: Any) -> None:
    """Each icon is a picture in the shades of its colour, written as JOSM takes it."""
    layers = TODAY.layers(["all"], [color.key])
    (entry,) = entries(josm_entry_set(layers, [], cookies()))
    kind, _, data = entry["icon"].partition(",")

    assert "data:image/svg+xml" == kind
    assert list(color.shades) == etree.fromstring(data).xpath("//@stroke")


@pytest.mark.parametrize("text", ["a&b", "a'b", "a%b", "a=b|c"])
def test_cookies_come_out_as_they_went_in(text: str) -> None:
    """Whatever a cookie may hold is escaped, for XML and JSON alike."""
    odd = HeatmapCookies.from_values(values() | {"CloudFront-Signature": text})
    (entry,) = entries(josm_entry_set(HOT_HIKE, [], odd))
    source = json.loads(cartograph_map_source(HOT_HIKE, odd))

    assert f"CloudFront-Signature={text};" in entry["url"]
    assert odd.header() == source["maps"][0]["headers"][0]["value"]


def test_map_source_field_by_field() -> None:
    """A map source has a folder, and in it a map for each layer."""
    source = json.loads(cartograph_map_source(HOT_HIKE, cookies()))

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
            {
                "name": {"default": "Strava Heatmap: Hike, hot"},
                "description": {"default": "Where people went, as recorded with Strava: Hike"},
                "type": "onlinemap",
                "url": "https://content-a.strava.com/identified/globalheat/sport_Hike/hot"
                "/{z}/{x}/{y}.png?v=19",
                "attribution": "© Strava",
                "enable_tile_download": False,
                "defaultLatitude": 46.5,
                "defaultLongitude": 8.0,
                "defaultZoom": 7,
                "minZoom": 3,
                "maxZoom": 15,
                "projection": "EPSG_4326",
                "headers": [{"key": "Cookie", "value": cookies().header()}],
                "unique_id": "strava-heatmap-sport_Hike-hot",
                "folder_key": "strava-heatmap-hot",
            }
        ],
    } == source


def test_classic_map_source_has_the_query_string() -> None:
    """For the classic host, the credentials are in the URL, and no header is sent."""
    (entry,) = json.loads(cartograph_map_source(HOT_RIDE, cookies(CLASSIC)))["maps"]

    assert (
        "https://heatmap-external-a.strava.com/tiles-auth/ride/hot/{z}/{x}/{y}.png?"
        f"{cookies(CLASSIC).query()}"
    ) == entry["url"]
    assert [] == entry["headers"]


def test_map_source_has_all_layers_in_its_folder() -> None:
    """All activities are in the one folder, under ids of their own."""
    layers: tuple[Layer, ...] = TODAY.layers(colors=["blue"])
    source = json.loads(cartograph_map_source(layers, cookies()))

    assert [layer.id for layer in layers] == [entry["unique_id"] for entry in source["maps"]]
    assert {"strava-heatmap-blue"} == {entry["folder_key"] for entry in source["maps"]}
