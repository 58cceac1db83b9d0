"""`stravacookies url`: prints the URL of a layer for JOSM's dialog."""

import click

from stravacookies.cli import options, selection, user
from stravacookies.cli.layer_names import ACTIVITY, COLOR, LAYER, Name
from stravacookies.josm.entry_set import tms_line


@click.command("url", epilog=options.examples("url sport_Hike blue", "url sport_Hike:blue"))
@click.argument("activity", type=Name("layer", ACTIVITY.known + LAYER.known))
@click.argument("color", required=False, type=COLOR)
@options.classic
@options.verbose
def command(activity: str, color: str | None, classic: bool) -> None:
    """Print the line that JOSM's dialog "Add TMS URL" takes for a layer.

    The layer can also be given as ACTIVITY:COLOR.
    """
    host = selection.host(classic)
    key = LAYER.convert(f"{activity}:{color}" if color else activity, None, None)
    (layer,) = selection.by_key(host, [key])
    click.echo(tms_line(layer, user.cookies(host, None, refresh=False)))
