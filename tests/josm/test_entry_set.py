"""The entry set: valid for JOSM, right field by field, and read as it was written."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from stravacookies import paths
from stravacookies.heatmap import CLASSIC, CURRENT, TileHost, local_host
from stravacookies.josm import entry_set
from stravacookies.josm.xml_edit import MalformedError
from stravacookies.strava.cookies import HeatmapCookies
from tests.made_up import values

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent.parent / "data" / "maps.xsd"))
HOT_HIKE = CURRENT.layers(["sport_Hike"], ["hot"])
COOKIES = HeatmapCookies.from_values(values())
CLASSIC_COOKIES = HeatmapCookies.from_values(values(), CLASSIC.cookies)

hosts = pytest.mark.parametrize(
    ("host", "cookies"),
    [(CURRENT, COOKIES), (CLASSIC, CLASSIC_COOKIES)],
    ids=lambda each: getattr(each, "key", ""),
)


def entries(content: bytes) -> list[dict[str, str]]:
    """The entries of a set that JOSM's own schema calls valid, by element; all are overlays."""
    tree = etree.fromstring(content)
    assert SCHEMA.validate(tree), SCHEMA.error_log
    assert {"true"} == {entry.get("overlay") for entry in tree}
    return [{etree.QName(child).localname: child.text or "" for child in entry} for entry in tree]


@hosts
def test_every_layer_has_a_valid_entry(host: TileHost, cookies: HeatmapCookies) -> None:
    """Each layer has an entry; those shown are in JOSM's menu; all is read as it was written."""
    layers = host.layers()
    content = entry_set.render(layers, layers[5:7], cookies)
    found, read = entries(content), entry_set.read(content)

    assert [layer.id for layer in layers] == [entry["id"] for entry in found]
    assert [layer.id for layer in layers[5:7]] == [e["id"] for e in found if e.get("default")]
    assert (tuple(layer.id for layer in layers), host) == read[:2]
    assert read.cookies
    assert cookies.values() == read.cookies.values()


def test_entry_field_by_field() -> None:
    """An entry says all that JOSM shows of a layer, and how to request its tiles."""
    text = entry_set.render(HOT_HIKE, HOT_HIKE, COOKIES)
    (entry,) = entries(text)
    entry.pop("icon")

    assert b'<attribution-text mandatory="true">' in text
    assert {
        "name": "Hike, hot – Strava Heatmap (hiking)",
        "id": "strava-heatmap-sport_Hike-hot",
        "type": "tms",
        "url": f"{{header(Cookie,{COOKIES.header()})}}https://content-a.strava.com/identified"
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


def test_local_entries() -> None:
    """Entries that lead to this computer are the same, but for a URL without cookies.

    To be short, they name their icons, which are files, and have no description.
    """
    layers = local_host(8766).layers()
    content = entry_set.render(layers, layers[:1], None)
    found = entries(content)
    others = entries(entry_set.render(CURRENT.layers(), CURRENT.layers()[:1], COOKIES))
    read = entry_set.read(content)

    assert "http://127.0.0.1:8766/all/hot/{zoom}/{x}/{y}.png" == found[0].pop("url")
    assert "images/strava-heatmap-hot.svg" == found[0].pop("icon")
    assert found[0].items() <= others[0].items()
    assert {"description", "icon", "url"} == others[0].keys() - found[0].keys()
    assert {entry["icon"] for entry in found[1:]} <= entry_set.icons(layers).keys()
    assert [each["id"] for each in others] == [each["id"] for each in found]
    assert (8766, None, "local") == (read.port, read.cookies, read.host.key)
    assert entry_set.mark(layers, [], None) != entry_set.mark(local_host(1).layers(), [], None)


def test_tms_line() -> None:
    """The classic host's cookies are in the URL; JOSM chooses one of its servers."""
    (layer,) = CLASSIC.layers(["ride"], ["hot"])

    assert (
        "tms[3,15]:https://heatmap-external-{switch:a,b,c}.strava.com"
        f"/tiles-auth/ride/hot/{{zoom}}/{{x}}/{{y}}.png?{CLASSIC_COOKIES.query()}"
    ) == entry_set.tms_line(layer, CLASSIC_COOKIES)


def test_icons_have_their_colours_shades() -> None:
    """Each icon is a picture in the shades of its colour, written as JOSM takes it."""
    layers = CURRENT.layers(["all"])
    found = entries(entry_set.render(layers, [], COOKIES))
    icons = [entry["icon"].partition("data:image/svg+xml,")[2] for entry in found]
    files = entry_set.icons(layers)

    assert [list(color.shades) for color in CURRENT.colors] == [
        etree.fromstring(icon).xpath("//@stroke") for icon in icons
    ]
    assert icons == [
        files[f"images/strava-heatmap-{layer.color.key}.svg"].decode().strip() for layer in layers
    ]


@pytest.mark.parametrize("text", ["a&b", "a'b", "a%b", "a=b|c"])
@hosts
def test_cookies_are_escaped(host: TileHost, cookies: HeatmapCookies, text: str) -> None:
    """Whatever a cookie may contain reaches JOSM unchanged."""
    odd = replace(cookies, signature=text)
    layers = host.layers(["all"], ["hot"])
    content = entry_set.render(layers, [], odd)

    assert [entry_set.tile_url(layers[0], odd)] == [entry["url"] for entry in entries(content)]
    read = entry_set.read(content).cookies
    assert read
    assert text == read.signature


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        (b"<imagery/>", ()),
        (b"<a><id>x&amp;y</id><id/><url>{header(Cookie,=; ;a=b)}</url></a>", ("x&y", "")),
        (b"<a><id>x</id><url>http://[?Policy=x</url></a>", ("x",)),
        (b"<?xml version='1.0' encoding='no'?><id>x</id>", ("x",)),
    ],
)
def test_entry_set_without_cookies(content: bytes, ids: tuple[str, ...]) -> None:
    """What someone has changed has no cookies, but still has ids."""
    read = entry_set.read(content)

    assert (ids, None) == (read.ids, read.cookies)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "line 1: no element found"),
        (b"<a>\n<b></a>", "line 2: mismatched tag"),
        ("\n<a>\xff</a>".encode("latin-1"), "line 2: not well-formed (invalid token)"),
    ],
)
def test_damaged_entry_set(content: bytes, why: str) -> None:
    """What is not XML is refused, with the line."""
    with pytest.raises(MalformedError) as error:
        entry_set.read(content)

    assert why == str(error.value)


def test_mark_tells_inputs_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mark ends the entry set; it changes with layers, those shown, cookies and templates."""
    layers = CURRENT.layers(["all"], ["hot", "blue"])
    (classic,) = CLASSIC.layers(["all"], ["hot"])
    changed = layers[0]._replace(host=CURRENT._replace(pattern="{server}"))
    mark = entry_set.mark(layers, layers[:1], COOKIES)

    assert entry_set.render(layers, layers[:1], COOKIES).endswith(b"</imagery>\n" + mark)
    assert mark == entry_set.mark(layers, layers[:1], COOKIES)
    others = {
        entry_set.mark(layers[:1], layers[:1], COOKIES),
        entry_set.mark(layers, layers, COOKIES),
        entry_set.mark(layers, layers[:1], replace(COOKIES, signature="other")),
        entry_set.mark([classic], [classic], COOKIES),
        entry_set.mark([changed], [changed], COOKIES),
    }
    shutil.copytree(paths.templates(), tmp_path / "templates")
    with (tmp_path / "templates" / "cartograph.onlinemap.j2").open("a") as template:
        template.write("{# changed #}")
    monkeypatch.setattr(paths, "templates", lambda: tmp_path / "templates")
    others.add(entry_set.mark(layers, layers[:1], COOKIES))
    (tmp_path / "templates" / ".#lock-of-an-editor.j2").symlink_to("nowhere")
    others.add(entry_set.mark(layers, layers[:1], COOKIES))

    assert 6 == len(others - {mark})
