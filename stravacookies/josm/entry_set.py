"""The entry set: JOSM's imagery file with an entry for each layer.

Source of the format: https://josm.openstreetmap.de/wiki/Maps
"""

import re
import zlib
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import parse_qs
from xml.parsers import expat

from stravacookies import paths
from stravacookies.errors import StravaError
from stravacookies.heatmap import (
    CLASSIC,
    CURRENT,
    ID_PREFIX,
    KEY_PAIR_ID,
    LOCAL,
    MAX_ZOOM,
    MIN_ZOOM,
    POLICY,
    SIGNATURE,
    Layer,
    TileHost,
    local_host,
)
from stravacookies.josm.xml_edit import MalformedError
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.version import __version__

FILE = "strava-heatmap.xml"
"""The name of the entry set in JOSM's preferences directory."""

IMAGES = "images"
"""The folder there in which JOSM looks for pictures of the user's own."""

ICONS = {color.key: f"{IMAGES}/{ID_PREFIX}{color.key}.svg" for color in CURRENT.colors}
"""The icons of layers of the local host, by colour: their paths in JOSM's preferences directory."""

_LOCAL_URL = re.compile(r"http://127\.0\.0\.1:(\d{1,5})/", re.ASCII)
_HEADER = re.compile(r"\{header\(Cookie,(.*?)\)\}")


def tile_url(layer: Layer, cookies: HeatmapCookies | None) -> str:
    """Return the URL of a layer for an imagery entry of JOSM; without cookies if there are none.

    For TMS, older JOSMs ignore the custom header of an entry, but all send a header that precedes
    the URL. Source: https://josm.openstreetmap.de/wiki/Help/Preferences/Imagery
    """
    if not cookies:
        return layer.tile_url(z="{zoom}")
    if layer.host.in_query:
        switch = f"{{switch:{','.join(layer.host.servers)}}}"
        return f"{layer.tile_url(z='{zoom}', server=switch)}?{cookies.query()}"
    return f"{{header(Cookie,{cookies.header()})}}{layer.tile_url(z='{zoom}')}"


def tms_line(layer: Layer, cookies: HeatmapCookies) -> str:
    """Return the line that JOSM's dialog "Add TMS URL" takes for a layer."""
    return f"tms[{MIN_ZOOM},{MAX_ZOOM}]:{tile_url(layer, cookies)}"


def render(
    layers: Sequence[Layer], shown: Sequence[Layer], cookies: HeatmapCookies | None
) -> bytes:
    """Return the entry set, with its mark as the last line.

    JOSM adds the layers in `shown` to its Imagery menu by itself. Those of the local host need no
    cookies. Their entries name the files of their icons, and have no description, which makes them
    a third as long as the others.
    """
    from stravacookies import templating  # imported here: a run with nothing to do needs no Jinja2

    text = templating.render(
        "josm-imagery.xml.j2",
        layers=layers,
        shown={layer.id for layer in shown},
        url=lambda layer: tile_url(layer, cookies),
        icon_files=None if cookies else ICONS,
    )
    return text.encode() + mark(layers, shown, cookies)


def icons(layers: Sequence[Layer]) -> dict[str, bytes]:
    """Return the icons that an entry set of the local host names, by their paths in `ICONS`."""
    from stravacookies import templating  # as above

    return {
        ICONS[color.key]: templating.render("josm-icon.svg.j2", color=color).encode()
        for color in {layer.color for layer in layers}
    }


def mark(layers: Sequence[Layer], shown: Sequence[Layer], cookies: HeatmapCookies | None) -> bytes:
    """Return a line with a checksum of everything that a run's files are made from.

    A run that finds it in the entry set has nothing to do, which saves 40 ms of 130: it then needs
    no Jinja2. The checksum does not reveal the cookies.
    """
    header = cookies.header() if cookies else ""
    parts = [__version__, header, *(layer.tile_url() for layer in layers[:1])]
    for group in (layers, shown):
        parts += [*(f"{layer.host.key} {layer.id} {layer.name}" for layer in group), ""]
    total = zlib.crc32("\n".join(parts).encode())
    for path in sorted(paths.templates().iterdir()):
        if path.suffix == ".j2" and path.is_file():  # not what an editor leaves there
            total = zlib.crc32(path.read_bytes(), total)
    return f"<!-- {total:08x} -->\n".encode()


class EntrySet(NamedTuple):
    """What an entry set contains: the ids of all entries; host and cookies of the first."""

    ids: tuple[str, ...] = ()
    host: TileHost = CURRENT
    cookies: HeatmapCookies | None = None
    """None if they are missing or unusable."""

    @property
    def port(self) -> int | None:
        """The port of `stravacookies serve`, if the entries lead there."""
        return int(self.host.servers[0]) if self.host.key == LOCAL else None


def read(content: bytes) -> EntrySet:
    """Read an entry set; raise a `MalformedError` if it is not XML."""
    texts: dict[str, list[str]] = {"id": [], "url": []}
    current: list[str] | None = None
    parser = expat.ParserCreate("utf-8")  # whatever it declares, which may be no encoding

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal current
        current = texts.get(name)
        if current is not None:
            current.append("")

    def text(data: str) -> None:
        if current is not None:
            current[-1] += data

    def end(_: str) -> None:
        nonlocal current
        current = None

    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.EndElementHandler = end
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise MalformedError(f"line {error.lineno}: {expat.ErrorString(error.code)}") from None
    host, cookies = _cookies_of(texts["url"][0] if texts["url"] else "")
    return EntrySet(tuple(texts["id"]), host, cookies)


def _cookies_of(url: str) -> tuple[TileHost, HeatmapCookies | None]:
    """Return the host and the cookies of a URL that `tile_url` returned."""
    if local := _LOCAL_URL.match(url):
        return local_host(int(local[1])), None
    if header := _HEADER.match(url):
        host = CURRENT
        pairs = (pair.partition("=") for pair in header[1].split("; "))
        values = {name: value for name, _, value in pairs}
    else:
        host = CLASSIC
        query = parse_qs(url.partition("?")[2])
        names = {KEY_PAIR_ID: "Key-Pair-Id", POLICY: "Policy", SIGNATURE: "Signature"}
        values = {cookie: query.get(name, [""])[0] for cookie, name in names.items()}
    try:
        return host, HeatmapCookies.from_values(values, host.cookies)
    except StravaError:
        return host, None
