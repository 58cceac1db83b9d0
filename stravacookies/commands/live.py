"""`stravacookies live`: layers into a JOSM that is running."""

from collections.abc import Sequence
from pathlib import Path

import click

from stravacookies import options
from stravacookies.commands import credentials, environment, josm_prefs
from stravacookies.heatmap import Layer, TileHost
from stravacookies.josm import live


@click.command(
    "live",
    epilog=options.examples("live", "live sport_Hike:blue ride:hot"),
)
@click.argument(
    "layers",
    metavar="[ACTIVITY:COLOR]...",
    nargs=-1,
    shell_complete=options.complete_layer,
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
    wanted = options.named_layers(host, layers) or _first_shown(host, josm_dir)
    port = live.find(environment.josm_if_any(josm_dir))
    cookies = credentials.cookies(host, source, refresh=refresh)
    for layer in wanted:
        live.open_layer(layer, cookies, port)
        click.echo(f"Opened in JOSM: {layer.name}")


def _first_shown(host: TileHost, josm_dir: Path | None) -> Sequence[Layer]:
    """Return the first of the layers that `josm-prefs` would show without options for them."""
    root = click.get_current_context().find_root()
    # With the directory that counts: what stands behind it may be no directory.
    arguments = ["--josm-dir", str(josm_dir)] if josm_dir else []
    with josm_prefs.command.make_context("josm-prefs", arguments, root) as context:
        values = {name: context.params[name] for name in ("activities", "colors", "show")}
        return options.layers_and_shown(host, **values)[1][:1]
