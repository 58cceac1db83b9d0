"""`stravacookies live`: opens layers in a running JOSM."""

from pathlib import Path

import click

from stravacookies.cli import options, selection, user
from stravacookies.cli.layer_names import LayersArgument
from stravacookies.josm import live


@click.command(
    "live", epilog=options.examples("live", "live hike blue", "live sport_Hike:blue ride:hot")
)
@click.argument("layers", metavar="[ACTIVITY:COLOR]...", nargs=-1, cls=LayersArgument)
@options.josm_dir
@options.source
@options.classic
@options.refresh
@options.verbose
def command(
    layers: tuple[str, ...],
    josm_dir: Path | None,
    source: str | None,
    classic: bool,
    refresh: bool,
) -> None:
    """Open layers in a running JOSM, with fresh cookies.

    JOSM's remote control must be on. The layers stay until JOSM ends; nothing is saved in its
    preferences. Without arguments, this opens the first of the layers that josm-prefs shows.
    """
    host = selection.host(classic)
    wanted = selection.by_key(host, layers) or user.default_shown(host)[:1]
    port = live.find_port(user.josm_if_any(josm_dir))
    cookies = user.cookies(host, source, refresh=refresh)
    for layer in wanted:
        live.open_layer(layer, cookies, port)
        click.echo(f"Opened in JOSM: {layer.name}")
