"""`stravacookies url`: a layer for JOSM's dialog."""

import click

from stravacookies import options
from stravacookies.commands import credentials
from stravacookies.josm import imagery


@click.command(
    "url",
    epilog=options.examples("url sport_Hike blue"),
)
@click.argument("activity")
@click.argument("color")
@options.classic
@options.verbose
def command(activity: str, color: str, classic: bool) -> None:
    """Print the line that JOSM's dialog "Add TMS URL" takes for a layer."""
    host = options.host(classic)
    layer = options.named_layer(host, activity, color)
    click.echo(imagery.tms(layer, credentials.cookies(host, None, refresh=False)))
