"""`stravacookies url`: prints the URL of a layer for JOSM's dialog."""

import click

from stravacookies.cli import options, selection, user
from stravacookies.cli.layer_names import LayersArgument
from stravacookies.josm.entry_set import tms_line


@click.command("url", epilog=options.examples("url hike blue", "url sport_Hike:blue"))
@click.argument("layers", metavar="ACTIVITY:COLOR", nargs=-1, required=True, cls=LayersArgument)
@options.classic
@options.verbose
def command(layers: tuple[str, ...], classic: bool) -> None:
    """Print the line that JOSM's dialog "Add TMS URL" takes for a layer."""
    if len(layers) > 1:
        raise click.UsageError("Give one layer only.")
    host = selection.host(classic)
    (layer,) = selection.by_key(host, layers)
    click.echo(tms_line(layer, user.cookies(host, None, refresh=False)))
