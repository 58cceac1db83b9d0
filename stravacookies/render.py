"""Turns layers and cookies into text: JOSM's entry set, and map sources of Cartograph Maps."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import platformdirs

from stravacookies import heatmap
from stravacookies.cookies import HeatmapCookies
from stravacookies.files import make_private_directory
from stravacookies.heatmap import Layer
from stravacookies.josm.imagery import tile_url


def josm_entry_set(layers: Sequence[Layer], shown: Sequence[Layer], cookies: HeatmapCookies) -> str:
    """Return an imagery file of JOSM with an entry for each layer.

    Source of the format: https://josm.openstreetmap.de/wiki/Maps

    Args:
        layers: What to make entries of.
        shown: Those of the layers that JOSM puts in its Imagery menu by itself.
        cookies: What opens the tiles.
    """
    return _render(
        "josm-imagery.xml.j2",
        layers=layers,
        shown={layer.id for layer in shown},
        url=lambda layer: tile_url(layer, cookies),
    )


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
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_templates_directory()),
        bytecode_cache=_BytecodeCache(str(platformdirs.user_cache_path("stravacookies", False))),
        autoescape=jinja2.select_autoescape(["xml.j2"], default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


class _BytecodeCache(jinja2.FileSystemBytecodeCache):
    """Compiled templates in the user's cache; whatever is wrong with it, they are compiled anew."""

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Load a compiled template, unless it is damaged."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # noqa: BLE001 - Jinja unpickles the file, so anything may be raised
            bucket.reset()

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep a compiled template, if there is a place for it."""
        with suppress(OSError):
            make_private_directory(Path(self.directory))
            super().dump_bytecode(bucket)


def _templates_directory() -> Path:
    """Return where the templates are: inside an installed package, beside one in a checkout."""
    package = Path(__file__).parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"
