"""`stravacookies cookies`: prints the cookies for other programs."""

import click

from stravacookies.cli import options, selection, user
from stravacookies.credentials.cookie_files import FORMATS


@click.command(
    "cookies",
    epilog=options.examples("cookies", "cookies --format netscape > cookies.txt"),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="header",
    show_default=True,
    help="How to print them; query is for the classic tile host.",
)
@options.source
@options.refresh
@options.verbose
def command(form: str, source: str | None, refresh: bool) -> None:
    """Print the heatmap cookies for other programs, refreshed if needed."""
    host = selection.host(form == "query")
    click.echo(FORMATS[form](user.cookies(host, source, refresh=refresh)))
