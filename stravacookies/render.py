"""Turns layers and cookies into text: JOSM's entry set, and map sources of Cartograph Maps."""

import base64
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from stravacookies import heatmap
from stravacookies.cookies import HeatmapCookies
from stravacookies.heatmap import Color, Layer


def josm_entry_set(layers: Sequence[Layer], shown: Sequence[Layer], cookies: HeatmapCookies) -> str:
    """Return an imagery file of JOSM with an entry for each layer.

    Source of the format: https://josm.openstreetmap.de/wiki/Maps

    Args:
        layers: What to make entries of.
        shown: Those of the layers that JOSM puts in its Imagery menu by itself.
        cookies: What opens the tiles.
    """
    shown_ids = {layer.id for layer in shown}
    return _render("josm-imagery.xml.j2", layers=layers, shown=shown_ids, cookies=cookies)


def cartograph_map_source(layers: Sequence[Layer], cookies: HeatmapCookies) -> str:
    """Return a map source file of Cartograph Maps (version 3) with layers of one colour.

    Source of the format: https://www.cartograph.eu/v3/add-ons/online-maps/

    Args:
        layers: What to make maps of, all of the same colour.
        cookies: What opens the tiles.
    """
    return _render("cartograph.onlinemap.j2", layers=layers, color=layers[0].color, cookies=cookies)


def _render(template: str, **variables: Any) -> str:
    return _environment().get_template(template).render(heatmap=heatmap, **variables)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_templates_directory()),
        autoescape=jinja2.select_autoescape(["xml.j2", "svg.j2"], default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["icon"] = _icon
    return environment


def _templates_directory() -> Path:
    """Return where the templates are: inside an installed package, beside one in a checkout."""
    package = Path(__file__).parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


@cache
def _icon(color: Color) -> str:
    """Return the icon of a colour as a `data:` URI."""
    picture = base64.b64encode(_render("icon.svg.j2", color=color).encode()).decode()
    return f"data:image/svg+xml;base64,{picture}"
