"""Turns layers and cookies into text: JOSM's entry set, Cartograph's map sources, the preview."""

import traceback
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import platformdirs

from stravacookies import heatmap, templates
from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import TemplateError
from stravacookies.files import make_private_directory
from stravacookies.heatmap import Layer
from stravacookies.josm.imagery import tile_url

_STRICT: dict[str, Any] = {
    "undefined": jinja2.StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
}
"""How templates are read: what is not known is an error, and tags leave no blank lines."""


_PART = 12
"""How many characters of a cookie no error shows."""


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


def cartograph_map_source(
    layers: Sequence[Layer], cookies: HeatmapCookies, version: int = 3
) -> str:
    """Return a map source file of Cartograph Maps with layers of one colour.

    Source of the format: https://www.cartograph.eu/v3/add-ons/online-maps/

    Args:
        layers: What to make maps of, all of the same colour.
        cookies: What opens the tiles.
        version: Of the format: 3, or 2 for the app before.
    """
    template = "cartograph2.onlinemap.j2" if version == 2 else "cartograph.onlinemap.j2"
    return _render(template, layers=layers, color=layers[0].color, cookies=cookies)


def preview(
    pictures: Mapping[Layer, bytes], latitude: float, longitude: float, zoom: int, port: int
) -> str:
    """Return a page of HTML that shows what layers look like at a place, and asks nobody for more.

    Args:
        pictures: Of each layer a PNG; an empty one where there is no heat.
        latitude: In degrees north.
        longitude: In degrees east.
        zoom: Zoom level.
        port: Where JOSM's remote control listens on the computer of who opens the page.
    """
    return _render(
        "preview.html.j2",
        layers=list(pictures),
        base64={layer.id: b64encode(png).decode() for layer, png in pictures.items()},
        latitude=latitude,
        longitude=longitude,
        zoom=zoom,
        port=port,
    )


def users_template(path: Path, layers: Sequence[Layer], cookies: HeatmapCookies) -> str:
    """Return what a user's own template makes of layers and cookies.

    The template reaches what it is given and the templates beside it, and nothing else of this
    program: https://jinja.palletsprojects.com/en/stable/sandbox/

    Args:
        path: The template.
        layers: What it gets as `layers`.
        cookies: What it gets as `cookies`, and their end as `expires`.

    Raises:
        TemplateError: It cannot be read, is no template, or cannot be worked out.
    """
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # only here, where it is needed

    if path.is_dir():
        raise TemplateError(str(path), "it is a folder")
    environment = ImmutableSandboxedEnvironment(
        loader=_Loader(path.parent),
        autoescape=jinja2.select_autoescape(["html", "xml", "html.j2", "xml.j2"], default=False),
        **_STRICT,
    )
    try:
        text = environment.get_template(path.name).render(
            layers=layers,
            cookies=cookies,
            expires=cookies.expires,
            min_zoom=heatmap.MIN_ZOOM,
            max_zoom=heatmap.MAX_ZOOM,
            attribution=heatmap.ATTRIBUTION,
        )
        text.encode()
    except TemplateError:
        raise
    except jinja2.TemplateNotFound as error:
        name = "such template" if _holds_secret(str(error.name), cookies) else error.name
        raise TemplateError(str(path), f"there is no {name}") from None
    except jinja2.TemplateSyntaxError as error:
        where = f"{path.parent / (error.name or '')}, line {error.lineno}"
        raise TemplateError(where, f"{error.message}") from None
    except UnicodeEncodeError as error:
        code = ord(error.object[error.start])
        why = f"what comes of it holds U+{code:04X}, which is no character"
        raise TemplateError(str(path), why) from None
    except Exception as error:  # noqa: BLE001 - a template may do whatever Python can
        why = f"{type(error).__name__}: {error}"
        if _holds_secret(why, cookies):
            why = type(error).__name__
        raise TemplateError(_place(error, path), why) from None
    return text


class _Loader(jinja2.FileSystemLoader):
    """Templates in a folder; of one that is no text it tells which it is."""

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Read a template."""
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError:
            path = Path(self.searchpath[0], template)
            raise TemplateError(str(path), "it is not text in UTF-8") from None


def _holds_secret(text: str, cookies: HeatmapCookies) -> bool:
    """Tell whether a part of a cookie that could be of use is in a text, as it is or disguised."""
    shown = text.casefold()
    return any(
        value[begin : begin + _PART] in each
        for value in map(str.casefold, cookies.values().values())
        for begin in range(max(1, len(value) - _PART + 1))
        for each in (shown, shown[::-1])
    )


def _place(error: Exception, path: Path) -> str:
    """Tell in which line of which template an error arose: Jinja2 puts that into the traceback."""
    places = [
        f"{name}, line {line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if Path(name := frame.f_code.co_filename).parent == path.parent
    ]
    return places[-1] if places else str(path)


def _render(template: str, **variables: Any) -> str:
    return _environment().get_template(template).render(heatmap=heatmap, **variables)


def cache_directory() -> Path:
    """Return where there is what can be made anew: compiled templates, and more."""
    return platformdirs.user_cache_path("stravacookies", appauthor=False)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates.directory()),
        bytecode_cache=_BytecodeCache(str(cache_directory())),
        autoescape=jinja2.select_autoescape(["html.j2", "xml.j2"], default=False),
        **_STRICT,
    )
    # In a template's own order: to sort keys, JSON would be set up anew for each map.
    environment.policies["json.dumps_kwargs"] = {}
    return environment


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
