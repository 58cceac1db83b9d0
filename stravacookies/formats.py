"""The heatmap's cookies as text that other programs read."""

import json
from collections.abc import Callable

from stravacookies.cookies import HeatmapCookies
from stravacookies.session import DOMAIN


def as_json(cookies: HeatmapCookies) -> str:
    """Return an object of the cookies by name, with `expires` in ISO 8601 beside them."""
    return json.dumps(cookies.values() | {"expires": cookies.expires.isoformat()}, indent=2)


def as_netscape(cookies: HeatmapCookies) -> str:
    """Return a cookies.txt, for curl and the like: https://curl.se/docs/http-cookies.html."""
    end = int(cookies.expires.timestamp())
    lines = (
        "\t".join((DOMAIN, "TRUE", "/", "TRUE", str(end), name, value))
        for name, value in cookies.values().items()
    )
    return "\n".join(("# Netscape HTTP Cookie File", *lines))


FORMATS: dict[str, Callable[[HeatmapCookies], str]] = {
    "header": HeatmapCookies.header,
    "query": HeatmapCookies.query,
    "json": as_json,
    "netscape": as_netscape,
}
"""How the cookies can be written, by the name of the format."""
