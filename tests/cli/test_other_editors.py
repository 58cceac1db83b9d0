"""The files that `render` writes for QGIS, Vespucci and QMapShack: right field by field."""

import json
import re
import shlex
from pathlib import Path

import pytest
from lxml import etree

from stravacookies.cli.commands import cmd_render
from tests.command import Run

DOCS = Path(__file__).parents[2] / "docs" / "other-editors.md"
RIDE = ("--activity", "ride", "--color", "hot")
NAME = "All rides, hot – Strava Heatmap (bicycle, cycling)"
URL = "https://content-a.strava.com/identified/globalheat/ride/hot/{z}/{x}/{y}.png?v=19"
CLASSIC = "https://heatmap-external-a.strava.com/tiles-auth/ride/hot/{z}/{x}/{y}.png?"
HEADER = "{https://qgis.org/http-header}Cookie"


@pytest.fixture
def header(run_here: Run) -> str:
    """The kept cookies, as a header."""
    return run_here("cookies").out.strip()


@pytest.fixture
def query(run_here: Run) -> str:
    """The kept cookies, as a query string of the classic host."""
    return run_here("cookies", "--format", "query").out.strip()


def tag_and_fields(element: etree._Element) -> tuple[str, dict[str, str]]:
    """Return the tag and the attributes of an element."""
    return str(element.tag), {str(name): str(value) for name, value in element.attrib.items()}


def test_qgis(run_here: Run, header: str, query: str) -> None:
    """QGIS gets a connection for each layer, with the cookies in a header or in the URL."""
    text = run_here("render", "qgis", *RIDE).out
    connections = etree.fromstring(text.encode())
    fields = {
        "name": NAME,
        "url": URL,
        "zmin": "3",
        "zmax": "15",
        "tilePixelRatio": "2",
        "username": "",
        "password": "",
        "authcfg": "",
    }

    assert ("qgsXYZTilesConnections", {"version": "1.0"}) == tag_and_fields(connections)
    assert [("xyztiles", fields | {HEADER: header})] == [*map(tag_and_fields, connections)]
    # QGIS looks for this prefix, whatever it stands for.
    assert 'xmlns:http-header="https://qgis.org/http-header"' in text
    assert ' http-header:Cookie="' in text
    (classic,) = etree.fromstring(run_here("render", "qgis", "--classic", *RIDE).out.encode())
    assert fields | {"url": CLASSIC + query} == tag_and_fields(classic)[1]
    assert 329 == len(etree.fromstring(run_here("render", "qgis").out.encode()))


def test_vespucci(run_here: Run, header: str, query: str) -> None:
    """Vespucci gets an overlay for each layer, with the cookies in a header or in the URL."""
    properties = {
        "id": "strava-heatmap-ride-hot",
        "name": NAME,
        "description": "Where people went, as recorded with Strava: All rides",
        "type": "tms",
        "url": URL.replace("{z}", "{zoom}"),
        "min_zoom": 3,
        "max_zoom": 15,
        "tile-size": 512,
        "overlay": True,
        "category": "other",
        "attribution": {"text": "© Strava", "url": "https://www.strava.com/maps"},
        "license_url": "https://wiki.openstreetmap.org/wiki/Permissions/Strava",
    }
    cookie = {"custom-http-headers": {"header-name": "Cookie", "header-value": header}}
    classic_url = CLASSIC.replace("{z}", "{zoom}") + query

    for arguments, expected in (
        ([], properties | cookie),
        (["--classic"], properties | {"url": classic_url}),
    ):
        assert {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "geometry": None, "properties": expected}],
        } == json.loads(run_here("render", "vespucci", *RIDE, *arguments).out)
    assert 329 == len(json.loads(run_here("render", "vespucci").out)["features"])


@pytest.mark.parametrize("host", ["current", "classic"])
def test_qmapshack(run_here: Run, header: str, query: str, host: str) -> None:
    """QMapShack gets one layer; it counts zoom levels downwards, from 21."""
    is_classic = host == "classic"
    arguments = [*RIDE, "--classic"] if is_classic else RIDE
    tms = etree.fromstring(run_here("render", "qmapshack", *arguments).out.encode())
    url = re.sub(r"\{z\}/\{x\}/\{y\}", "%1/%2/%3", CLASSIC + query if is_classic else URL)

    assert [
        ("TMS", {}, "\n"),
        ("Title", {}, "Strava Heatmap"),
        ("MinZoomLevel", {}, "6"),
        ("MaxZoomLevel", {}, "18"),
        ("Copyright", {}, "© Strava"),
        ("Layer", {"idx": "0"}, "\n"),
        ("Title", {}, "All rides, hot"),
        ("ServerUrl", {}, url),
        *([] if is_classic else [("RawHeader", {}, "\n"), ("Value", {"name": "Cookie"}, header)]),
    ] == [(*tag_and_fields(each), each.text) for each in tms.iter()]
    assert 3 == url.count("%")  # another one would be a place to fill in


def test_qmapshack_draws_one_layer(run_here: Run) -> None:
    """A file with several layers would make QMapShack request the tiles of all of them."""
    outcome = run_here("render", "qmapshack", "--activity", "ride")

    assert (2, "") == (outcome.code, outcome.out)
    assert outcome.err.endswith(
        "Error: QMapShack draws all layers of a file at once: choose one, as in 'stravacookies"
        " render qmapshack --activity ride --color hot -o Strava_rides.tms'.\n"
    )


def test_users_own_file_comes_first(run_here: Run, tmp_path: Path) -> None:
    """A file of the user's own is a template, even if it has the name of a built-in one."""
    (tmp_path / "qgis").write_text("{{ layers | length }} of my own")

    assert "329 of my own" == run_here("render", "qgis").out
    assert "329 of my own" == run_here("render", tmp_path / "qgis").out


@pytest.mark.parametrize("port", ["8765", "8766"])
def test_local(run_here: Run, port: str) -> None:
    """With `--local`, tiles come from `serve`, so no cookie and no session is needed."""
    run_here("logout")
    local = ("--local",) if port == "8765" else ("--local", port)
    address = f"http://127.0.0.1:{port}/ride/hot/"
    (connection,) = etree.fromstring(run_here("render", "qgis", *RIDE, *local).out.encode())
    tms = etree.fromstring(run_here("render", "qmapshack", *RIDE, *local).out.encode())

    assert (NAME, address + "{z}/{x}/{y}.png") == (connection.get("name"), connection.get("url"))
    assert HEADER not in connection.attrib
    assert address + "%1/%2/%3.png" == tms.findtext("Layer/ServerUrl")
    assert None is tms.find("RawHeader")


def test_local_template_of_the_user(run_here: Run, tmp_path: Path) -> None:
    """With `--local`, a template of the user's own gets no cookies."""
    run_here("logout")
    (tmp_path / "my.txt").write_text("{{ layers[0].tile_url() }} {{ cookies }} {{ expires }}")

    assert "http://127.0.0.1:8765/all/hot/{z}/{x}/{y}.png None None" == (
        run_here("render", "my.txt", "--local").out
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["vespucci"],
            "--local is not possible: Vespucci runs on a phone, which cannot reach this computer.",
        ),
        (["qgis", "--classic"], "--local cannot be combined with --classic or --from."),
        (["qgis", "--from", "-"], "--local cannot be combined with --classic or --from."),
    ],
)
def test_not_local(run_here: Run, arguments: list[str], words: str) -> None:
    """`--local` is refused where it cannot work, or where another host or session is named."""
    outcome = run_here("render", *arguments, "--local")

    assert (2, "") == (outcome.code, outcome.out)
    assert outcome.err.endswith(f"Error: {words}\n")


def test_what_to_do_with_the_file(run_here: Run, tmp_path: Path) -> None:
    """With `-o`, the command says how to get the private file into the editor."""
    outcome = run_here("render", "qgis", *RIDE, "-o", "rides.xml")

    assert (0, "") == (outcome.code, outcome.err)
    assert """\
1 layer in rides.xml.

The cookies in this file expire on _.
They are yours alone: do not share the file.

Next: right-click XYZ Tiles in QGIS's Browser, and choose Load Connections.
Use the heatmap only to map in OpenStreetMap.
""" == re.sub("expire on .*", "expire on _.", outcome.out)
    assert 0o600 == (tmp_path / "rides.xml").stat().st_mode & 0o777
    assert (
        """\
1 layer in rides.xml.

The layers work as long as 'stravacookies serve' runs, and contain no cookies.

Next: right-click XYZ Tiles in QGIS's Browser, and choose Load Connections.
Use the heatmap only to map in OpenStreetMap.
"""
        == run_here("render", "qgis", *RIDE, "--local", "-o", "rides.xml").out
    )


def test_examples_of_the_documentation(run_here: Run, tmp_path: Path) -> None:
    """The commands in docs/other-editors.md work: there is one for each editor."""
    (shell,) = re.findall(r"^```sh\n(.*?)^```$", DOCS.read_text(), re.MULTILINE | re.DOTALL)
    commands = [shlex.split(line)[1:] for line in shell.splitlines()]
    editors = [arguments[1] for arguments in commands]
    for arguments in commands:
        assert 0 == run_here(*arguments).code
        assert (tmp_path / arguments[-1]).stat().st_size
    assert list(cmd_render.EDITORS) == editors
