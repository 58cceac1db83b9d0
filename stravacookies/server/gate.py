"""Which requests the server answers, decided from the request alone."""

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from stravacookies.heatmap import CURRENT, MIN_ZOOM, Layer, Tile

MAX_ZOOM = 19
"""The highest zoom level that is served; beyond Strava's, tiles are enlarged."""

PAGE = "/"
"""The path of the page that shows how to use the tiles."""

_PATH = re.compile(r"/(\w{1,40})/(\w{1,40})/(\d{1,2})/(\d{1,6})/(\d{1,6})\.png", re.ASCII)

_LAYERS = {(each.activity.key, each.color.key): each for each in CURRENT.layers()}

_ORIGINS = re.compile(
    r"https://(www\.)?(openstreetmap\.org|rapideditor\.org)"
    r"|https?://(localhost|127\.0\.0\.1)(:\d{1,5})?",
    re.ASCII,
)
"""The origins of editors in a browser: iD, Rapid, and those that are being developed."""


class Wanted(NamedTuple):
    """A tile of a layer."""

    layer: Layer
    tile: Tile


def wanted(path: str) -> Wanted | None:
    """Return the tile that a path names; None if there is no such tile.

    Args:
        path: The path of a request with its query, as it was sent.
    """
    match = _PATH.fullmatch(path)
    layer = match and _LAYERS.get((match[1], match[2]))
    if not match or not layer:
        return None
    z, x, y = (int(number) for number in match.groups()[2:])
    is_on_map = MIN_ZOOM <= z <= MAX_ZOOM and max(x, y) < 1 << z
    return Wanted(layer, Tile(x, y, z)) if is_on_map else None


def refusal(path: str, headers: Mapping[str, str], port: int) -> str | None:
    """Return why a request is refused; None if it comes from a program or page that may ask.

    A page of any site can send requests to this computer. The host tells whether the site's own
    name leads here (DNS rebinding). The origin tells who wants to read an answer. Pictures in a
    page, such as iD's tiles, have no origin, and in a page with TLS no referrer either. So pages of
    any site may show them, which does not let them read them: https://www.w3.org/TR/fetch-metadata/
    A link on any site may open our page, but no page may contain it.

    Args:
        path: As `wanted` takes it.
        headers: The headers of the request, with names in lower case.
        port: The port of the server.
    """
    own = (f"127.0.0.1:{port}", *(["127.0.0.1"] if port == 80 else []))
    if headers.get("host") not in own:
        return f"Only http://{own[0]} leads here."
    origin, destination = headers.get("origin"), headers.get("sec-fetch-dest")
    if path == PAGE and destination == "document":
        return None
    is_from_site = headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    if origin is None and is_from_site and ("referer" in headers or destination != "image"):
        origin = _origin_of(headers.get("referer", ""))
    if origin is None or _ORIGINS.fullmatch(origin):
        return None
    return "Only pages of openstreetmap.org, rapideditor.org and localhost may use these tiles."


def _origin_of(url: str) -> str:
    try:
        scheme, netloc, *_ = urlsplit(url)
    except ValueError:
        return ""
    return f"{scheme}://{netloc}"


def cross_origin_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers with which a page that may ask can also read the answer.

    Source: https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS
    """
    shared = {"Cross-Origin-Resource-Policy": "cross-origin", "Vary": "Origin"}
    origin = headers.get("origin")
    return shared | ({"Access-Control-Allow-Origin": origin} if origin else {})


def preflight_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the answer to a page that asks whether it may send a request.

    Some browsers ask before a public page reaches a private network:
    https://wicg.github.io/private-network-access/
    """
    allowed = {"Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Max-Age": "600"}
    if headers.get("access-control-request-private-network") == "true":
        allowed["Access-Control-Allow-Private-Network"] = "true"
    return cross_origin_headers(headers) | allowed


def is_unchanged(etag: str | None, if_none_match: str) -> bool:
    """Return whether the caller already has the tile with this entity tag.

    Source: https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match
    """
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")} - {""}
    return etag is not None and bool(known & {etag.removeprefix("W/"), "*"})
