"""`stravacookies login`: a session from a browser or a file, to be kept."""

import click

from stravacookies import options, summary
from stravacookies.commands import credentials, environment
from stravacookies.cookies import HeatmapCookies
from stravacookies.heatmap import TODAY
from stravacookies.refresh import exchange


@click.command(
    "login",
    epilog=options.examples(
        "login", "login --from firefox", "login --from chrome:Work", "login --from cookies.json"
    ),
)
@options.source
@options.verbose
def command(source: str | None) -> None:
    """Take a session of Strava from a browser or a file, prove it with one request, and keep it.

    Without --from, it is the source among your defaults, if there is one; else the installed
    browsers are looked through for one that is logged in.
    """
    vault = environment.vault()
    if source is None:
        source = environment.source()
    if source is not None:
        given, source = credentials.take(source, TODAY)
        cookies = exchange(given, source, TODAY, vault, must_keep=True)
    else:
        source, given, cookies = credentials.search(vault)
    kept = None if isinstance(given, HeatmapCookies) else vault.session()
    click.echo(summary.of_login(source, cookies, kept))
