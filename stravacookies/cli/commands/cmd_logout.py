"""`stravacookies logout`: removes what is kept."""

import click

from stravacookies.cli import options
from stravacookies.credentials.store import CredentialStore
from stravacookies.errors import StravacookiesError


@click.command("logout", epilog=options.examples("logout"))
def command() -> None:
    """Remove the kept session and cookies, also from the system's keyring."""
    removed, left = CredentialStore().clear()
    for what in removed:
        click.echo(f"Removed {what}.")
    if left:
        raise StravacookiesError(
            f"Could not remove {' and '.join(left)}: is the keyring locked, or a file protected?"
        )
    if not removed:
        click.echo("There was nothing to remove.")
