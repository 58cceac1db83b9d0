"""`stravacookies url`: a layer for JOSM's dialog."""

import click

from stravacookies import options
from stravacookies.commands import credentials
from stravacookies.josm import imagery


@click.command(
    "url",
    epilog=options.examples("url sport_Hike blue", "url sport_Hike:blue"),
)
@click.argument("activity", shell_complete=options.complete_activity)
@click.argument("color", required=False, shell_complete=options.complete_color)
@options.classic
@options.verbose
def command(activity: str, color: str | None, classic: bool) -> None:
    """Print the line that JOSM's dialog "Add TMS URL" takes for a layer.

    The layer may be written ACTIVITY:COLOR, too.
    """
    host = options.host(classic)
    name = activity if color is None else f"{activity}:{color}"
    (layer,) = options.named_layers(host, (name,))
    click.echo(imagery.tms(layer, credentials.cookies(host, None, refresh=False)))
