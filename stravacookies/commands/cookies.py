"""`stravacookies cookies`: the cookies for other programs."""

import click

from stravacookies import formats, options
from stravacookies.commands import credentials
from stravacookies.heatmap import CLASSIC, TODAY


@click.command(
    "cookies",
    epilog=options.examples("cookies", "cookies --format netscape > cookies.txt"),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(formats.FORMATS)),
    default="header",
    show_default=True,
    help="How to print them; query is for the classic tile host.",
)
@options.source
@options.refresh
@options.verbose
def command(form: str, source: str | None, refresh: bool) -> None:
    """Print the heatmap's cookies for other programs, refreshed when due."""
    host = CLASSIC if form == "query" else TODAY
    click.echo(formats.FORMATS[form](credentials.cookies(host, source, refresh=refresh)))
