"""`stravacookies live`: layers into a JOSM that is running."""

from pathlib import Path

import click

from stravacookies import options
from stravacookies.commands import credentials, environment
from stravacookies.heatmap import default_show
from stravacookies.josm import live


@click.command(
    "live",
    epilog=options.examples("live", "live sport_Hike:blue ride:hot"),
)
@click.argument(
    "layers",
    metavar="[ACTIVITY:COLOR]...",
    nargs=-1,
    shell_complete=options.complete_layers,
)
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
    """Open layers in the JOSM that is running, with cookies that are fresh.

    JOSM must have its remote control on. The layers are there until it ends; nothing is saved in
    its preferences. Without arguments, the first layer of those that josm-prefs shows is opened.
    """
    host = options.host(classic)
    names = layers or environment.config().show[:1]
    wanted = options.chosen(names, host.layers(), "ACTIVITY:COLOR")
    port = live.find(environment.josm_if_any(josm_dir))
    cookies = credentials.cookies(host, source, refresh=refresh)
    for layer in wanted or default_show(host.layers())[:1]:
        live.open_layer(layer, cookies, port)
        click.echo(f"Opened in JOSM: {layer.name}")
