"""Map source files for the app Cartograph Maps: one for each colour."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from stravacookies.catalog import Color
from stravacookies.heatmap import CURRENT, Layer
from stravacookies.strava.cookies import HeatmapCookies

DIRECTORY = "cartograph"
"""The folder of map sources, beside JOSM's files and by default."""

ICLOUD = Path("Library", "Mobile Documents", "com~apple~CloudDocs", "Cartograph Pro")
"""The app's folder on a Mac, below the home directory; its files appear on the phone.

Source: https://github.com/solitone/stravaheatmap
"""


def by_file(layers: Iterable[Layer]) -> dict[str, list[Layer]]:
    """Group layers by the file name of their map source."""
    files: dict[str, list[Layer]] = {}
    for layer in layers:
        files.setdefault(_file_name(layer.color), []).append(layer)
    return files


def _file_name(color: Color) -> str:
    return f"strava-heatmap-{color.key}.onlinemap"


PATHS = {name: f"{DIRECTORY}/{name}" for name in map(_file_name, CURRENT.colors)}
"""Where map sources are below JOSM's directory, by every name that `by_file` can return."""


def map_sources(
    layers: Iterable[Layer], cookies: HeatmapCookies, version: int = 3
) -> dict[str, bytes]:
    """Return the map sources of layers, by file name.

    Args:
        layers: The layers.
        cookies: The cookies that open the tiles.
        version: The version of the app: 3 or 2.
    """
    return {
        name: render(of_one_color, cookies, version).encode()
        for name, of_one_color in by_file(layers).items()
    }


def render(layers: Sequence[Layer], cookies: HeatmapCookies, version: int = 3) -> str:
    """Return a map source with layers of one colour.

    Source of the format: https://www.cartograph.eu/v3/add-ons/online-maps/
    """
    from stravacookies import templating  # imported here: a run with nothing to do needs no Jinja2

    template = "cartograph2.onlinemap.j2" if version == 2 else "cartograph.onlinemap.j2"
    return templating.render(template, layers=layers, color=layers[0].color, cookies=cookies)
