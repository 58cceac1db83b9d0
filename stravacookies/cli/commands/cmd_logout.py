"""`stravacookies logout`: removes what is kept."""

import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import click

from stravacookies import installation
from stravacookies.cli import options, printing, user
from stravacookies.cli.config import VARIABLES
from stravacookies.credentials.store import CredentialStore
from stravacookies.errors import StravacookiesError
from stravacookies.facts import Facts
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.wording import until


@click.command("logout", epilog=options.examples("logout"))
def command() -> None:
    """Remove the kept session and cookies, including what is in the system's keyring."""
    store = CredentialStore()
    removed, left = store.clear()
    for what in removed:
        printing.say(f"Removed {what}.")
    if not removed and not left:
        printing.say("There was nothing to remove.")
    cookies = _cookies_in_josm(store)
    if cookies and cookies.is_fresh(timedelta(0)):
        printing.say(
            f"JOSM's files still contain cookies, which expire on {until(cookies.expires)}."
            f" To remove them as well, run '{installation.command('remove')}'."
        )
    if left:
        raise StravacookiesError(
            f"Could not remove {' and '.join(left)}: is the keyring locked, a window open, or a"
            " file protected?"
        )


def _cookies_in_josm(store: CredentialStore) -> HeatmapCookies | None:
    """Return the cookies in JOSM's layers, if there are any."""
    with suppress(StravacookiesError, RuntimeError):  # a mistake in the defaults
        named = os.environ.get(VARIABLES["josm_dir"]) or user.config().josm_dir
        josm = Facts(store, os.environ, Path(named).expanduser() if named else None).josm
        return josm.cookies if josm else None
    return None
