"""`stravacookies preview`: a page that shows what layers look like."""

import sys
import webbrowser
from functools import cache
from pathlib import Path

import click

from stravacookies import options, output, summary
from stravacookies.commands import credentials, environment
from stravacookies.heatmap import GROUPS, TODAY, Tile
from stravacookies.josm import area, remote

_LUCERNE = 47.05, 8.31
"""Latitude and longitude of a place with heat of every kind, where none is known that matters."""


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
@options.output("file", "Where to.", "strava-heatmap-preview.html")
@click.option("--open", "open_it", is_flag=True, help="Open the page in the browser.")
@click.option("--all", "everything", is_flag=True, help="All 287 layers, not only the groups.")
@options.activities
@options.colors
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
    josm_dir: Path | None,
    source: str | None,
    refresh: bool,
) -> None:
    """Write a page that shows what layers look like at a place, to choose among them.

    Each layer has buttons there, to open it in a JOSM that is running, and to copy the option that
    shows it in JOSM's menu. Tiles are kept for a day, so that they are asked for once.
    """
    # Only here, so that --help does not wait for requests and Jinja2.
    from stravacookies import render, tiles

    if everything and (options.is_typed("activities") or options.is_typed("colors")):
        raise click.UsageError("--all leaves nothing to choose with --activity or --color.")
    if everything:
        activities = colors = ()
    elif not activities:
        activities = tuple(activity.key for activity in GROUPS)
    layers = options.layers(TODAY, activities, colors)
    josm = environment.josm_if_any(josm_dir)
    if not place and josm:
        place = area.last_downloaded(josm)
    if not place:
        click.echo(
            "stravacookies: JOSM has downloaded nothing yet, so this is Lucerne; --at shows"
            " another place.",
            err=True,
        )
    latitude, longitude = place or _LUCERNE
    cookies = cache(lambda: credentials.cookies(TODAY, source, refresh=refresh))
    if refresh or source is not None:
        cookies()  # even if all tiles are kept
    tile = Tile.at(latitude, longitude, zoom)
    found = tiles.thumbnails(layers, tile, render.cache_directory() / "tiles", cookies)
    with click.progressbar(
        found,
        length=len(layers),
        label="Tiles",
        file=sys.stderr,
        hidden=not (sys.stderr and sys.stderr.isatty()),
    ) as bar:
        pictures = dict(bar)
    ordered = {layer: pictures[layer] for layer in layers}
    page = render.preview(ordered, latitude, longitude, zoom, remote.port_of(josm))
    output.write_text(file, page)
    opened = open_it and webbrowser.open(file.absolute().as_uri())
    click.echo(summary.of_preview(file, ordered, latitude, longitude, zoom, opened=opened))
    if open_it and not opened:
        click.echo("stravacookies: No browser could be opened.", err=True)
