"""`stravacookies logout`: what is kept, away."""

import click

from stravacookies import options
from stravacookies.commands import environment
from stravacookies.errors import NotRemovedError


@click.command("logout", epilog=options.examples("logout"))
def command() -> None:
    """Remove the kept session and cookies, from the system's keyring too."""
    removed, left = environment.vault().empty()
    for what in removed:
        click.echo(f"Removed {what}.")
    if left:
        raise NotRemovedError(left)
    if not removed:
        click.echo("Nothing was kept.")
