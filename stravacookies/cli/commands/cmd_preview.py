"""`stravacookies preview`: writes a page that shows what the layers look like."""

import sys
import webbrowser
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

import click

from stravacookies import installation, paths
from stravacookies.catalog import GROUPS
from stravacookies.cli import messages, options, printing, selection, user
from stravacookies.files import write_private
from stravacookies.heatmap import CURRENT, Layer, Tile
from stravacookies.josm import settings

_LUCERNE = 47.05, 8.31
"""Latitude and longitude of a place with heat of every kind."""

_NEAR = 1.0
"""How far apart, in degrees, the places may be that a mapper looks at in one day."""

_GROUPS = [group.key for group in GROUPS]
"""The activities to show where the user chose none."""


@click.command(
    "preview",
    epilog=options.examples(
        "preview --open",
        "preview --at 47.05,8.31 --zoom 13 --open",
        "preview --activity sport_Hike --activity sport_Run -o hike.html",
    ),
)
@options.at
@options.zoom
@options.output("file", "FILE", "The file to write.", "strava-heatmap-preview.html")
@click.option("--open", "open_it", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help=f"All {len(CURRENT.layers())} layers, not only the groups.",
)
@options.activities
@options.colors
@options.only
@options.josm_dir
@options.source
@options.refresh
@options.verbose
def command(
    place: tuple[float, float] | None,
    zoom: int,
    file: Path,
    open_it: bool,
    everything: bool,
    activities: tuple[str, ...],
    colors: tuple[str, ...],
    only: tuple[str, ...],
    josm_dir: Path | None,
    source: str | None,
    refresh: bool,
) -> None:
    """Write a page that shows what the layers look like at a place, to help you choose.

    Tick layers on the page, and copy one command or a line for config.toml that chooses them. A
    button opens a layer in a running JOSM. Tiles are kept for a day, so that each one is requested
    only once.
    """
    from stravacookies import preview  # imported here: --help needs neither requests nor Jinja2

    if everything:
        _refuse_all_and_others()
        layers: Sequence[Layer] = CURRENT.layers()
    else:
        layers = selection.layers(CURRENT, activities, colors, only, usual=_GROUPS)
    josm = user.josm_if_any(josm_dir)
    place = _place_to_show(josm, place)
    cookies = cache(lambda: user.cookies(CURRENT, source, refresh=refresh))
    if refresh or source is not None:
        cookies()  # even if all tiles are kept
    fetch = partial(
        preview.pictures,
        tile=Tile.at(*place, zoom),
        directory=paths.cache() / "tiles",
        cookies=cookies,
    )
    with click.progressbar(
        fetch(layers),
        length=len(layers),
        label="Tiles",
        file=sys.stderr,
        hidden=not (sys.stderr and sys.stderr.isatty()),
    ) as bar:
        pictures = dict(bar)
    ordered = {layer: pictures[layer] for layer in layers}
    view = preview.View(ordered, *place, zoom, preview.retired(ordered, fetch))
    page = preview.render(view, settings.remote_control(josm).port)
    write_private(file.parent, {file: page.encode()})
    opened = open_it and webbrowser.open(file.absolute().as_uri())
    printing.say(messages.preview_summary(file, view, opened=opened))
    if open_it and not opened:
        printing.warn("no browser could be opened.")


def _refuse_all_and_others() -> None:
    """Refuse a choice of layers on the command line, which `--all` would override."""
    if any(map(selection.is_typed, ("activities", "colors", "only"))):
        raise click.UsageError("--all cannot be combined with --activity, --color or --only.")


def _place_to_show(josm: Path | None, named: tuple[float, float] | None) -> tuple[float, float]:
    """Return the named place, or else the one that JOSM downloaded last, or else Lucerne."""
    downloaded = settings.last_downloaded(josm) if josm else None
    if named:
        if downloaded and _are_near(named[::-1], downloaded) and not _are_near(named, downloaded):
            printing.warn(
                "are latitude and longitude swapped? JOSM last downloaded near"
                f" {named[1]:g},{named[0]:g}."
            )
        return named
    if downloaded:
        return downloaded
    printing.warn(
        "JOSM has not downloaded anything yet, so this shows Lucerne. For another"
        f" place, run '{installation.command('preview', '--at', 'LATITUDE,LONGITUDE')}'."
    )
    return _LUCERNE


def _are_near(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(abs(a - b) <= _NEAR for a, b in zip(one, other, strict=True))
