"""The URL by which JOSM asks for the tiles of a layer, with the cookies that open them."""

from stravacookies.cookies import HeatmapCookies
from stravacookies.heatmap import MAX_ZOOM, MIN_ZOOM, Layer


def tile_url(layer: Layer, cookies: HeatmapCookies) -> str:
    """Return the URL of a layer as it stands in an imagery entry of JOSM.

    For TMS, JOSM sends no custom header of an entry, but one that stands before the URL.
    Source: https://josm.openstreetmap.de/wiki/Help/Preferences/Imagery
    """
    if layer.host.in_query:
        servers = f"{{switch:{','.join(layer.host.servers)}}}"
        return f"{layer.tile_url(z='{zoom}', server=servers)}?{cookies.query()}"
    return f"{{header(Cookie,{cookies.header()})}}{layer.tile_url(z='{zoom}')}"


def tms(layer: Layer, cookies: HeatmapCookies) -> str:
    """Return the line that JOSM's dialog "Add TMS URL" takes for a layer."""
    return f"tms[{MIN_ZOOM},{MAX_ZOOM}]:{tile_url(layer, cookies)}"
